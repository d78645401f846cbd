import { LIMITS } from '../../../dsl/limits.ts';

/** Changes a text before it is parted: `Normalizer` of Hugging Face's tokenizers. */
export type Normalizer = (text: string) => string;

/** @throws Error for a text that has grown too long */
export function bounded(length: number): void {
  if (length > LIMITS.normalisedText.most)
    throw new Error(
      `its normalizer makes a text of ${length} characters, of ${LIMITS.normalisedText.most} at most`,
    );
}
