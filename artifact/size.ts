import { ModelError } from '../dsl/errors/model-error.ts';
import { canonicalDim } from '../dsl/shape/dim.ts';

/** Whether a text is a size: names, whole numbers, and sums and products of them. */
export function isSize(text: string): boolean {
  try {
    canonicalDim(text);
    return true;
  } catch (error) {
    if (error instanceof ModelError) return false;
    throw error;
  }
}
