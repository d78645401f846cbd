import { repeat, type Tensor } from '../../dsl/index.ts';

/**
 * Which pictures a token sees of those at or before it: the last one (as the Flamingo paper has it), the last ones that
 * stand in a row, with no text between them (as Llama 3.2 Vision has it), or all of them (OpenFlamingo's
 * `only_attend_immediate_media=False`).
 */
export type SeenPictures = 'last' | 'last-in-a-row' | 'all-previous';

/** All of them, the fewest pictures first. */
export const SEEN_PICTURES = [
  'last',
  'last-in-a-row',
  'all-previous',
] as const satisfies readonly SeenPictures[];

/** bool `[batch, text, media]` to `[batch, 1, text, media*latents]`. */
export function attendsTo(mask: Tensor, latents: number): Tensor {
  return repeat(mask, 'batch text media -> batch 1 text (media latents)', { latents });
}
