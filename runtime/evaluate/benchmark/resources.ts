/** What some metrics and rules need besides the data set. */
export interface Resources {
  /** The folder `nltk_data` of NLTK. */
  readonly nltkData?: string | undefined;
}
