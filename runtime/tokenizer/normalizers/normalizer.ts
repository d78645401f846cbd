/** Changes a text before it is parted: `Normalizer` of Hugging Face's tokenizers. */
export type Normalizer = (text: string) => string;

/** Characters that a text may have once it is normalised: one that grows without bounds would take all memory. */
const MOST = 2 ** 26;

/** @throws Error for a text that has grown too long */
export function bounded(length: number): void {
  if (length > MOST)
    throw new Error(`its normalizer makes a text of ${length} characters, of ${MOST} at most`);
}
