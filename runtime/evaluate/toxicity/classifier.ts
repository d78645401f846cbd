/** Says of texts how toxic they are. */
export interface ToxicityClassifier extends AsyncDisposable {
  /** What it is, for the record: `ONNX classifier detoxify/`, `word list (a baseline) words.txt`. */
  readonly title: string;
  /** What it scores. */
  readonly labels: readonly string[];
  /** Which of the labels says that a text is toxic at all. */
  readonly toxic: number;
  /** A score from 0 to 1 of each text and label, `[text][label]`. */
  score(texts: readonly string[]): Promise<readonly (readonly number[])[]>;
}

export interface ClassifierOptions {
  /** The label that says that a text is toxic, where its name does not tell. */
  readonly toxicLabel?: string | undefined;
}

/**
 * A kind of classifiers. Each lives in a file of its own in `engines/`, as the export `engine`; `npm run registries` lists
 * them.
 */
export interface ToxicityEngine {
  /** What a user gives, for sentences: `a folder with …`. */
  readonly takes: string;
  /** Whether a path is one of its classifiers, by what lies there. */
  recognises(path: string): Promise<boolean>;
  /** @throws UserError for one that cannot be used */
  open(path: string, options: ClassifierOptions): Promise<ToxicityClassifier>;
}
