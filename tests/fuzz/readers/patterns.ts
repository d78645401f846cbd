import { einsum } from '../../../dsl/einops/einsum.ts';
import { rearrange } from '../../../dsl/einops/rearrange.ts';
import { reduce } from '../../../dsl/einops/reduce.ts';
import { repeat } from '../../../dsl/einops/repeat.ts';
import { input } from '../../../dsl/input.ts';
import { canonicalDim, divideDims, multiplyDims } from '../../../dsl/shape/dim.ts';
import { parseSlot } from '../../../dsl/shape/signature.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateText } from '../mutate-text.ts';

const TEXTS = [
  ...['batch text (heads dim) -> batch heads text dim', 'b (h 2) w -> b h 2 w', 'b ... d -> ... (b d)'],
  ...['b i d, b j d -> b i j', 'batch 1 text -> batch 3 text', '-> 1', 'batch text media: bool?'],
  ...['2*heads*past+text-1', 'a*b+c*d-e', 'past+text', 'a b c: float32'],
];
const WORDS =
  '( ) -> ... , + - * 1 0 2 999999999 9999999999 a b batch : ? _ bool . \u00a0 \u2028 \ud800 ４'.split(' ');

/** Patterns of axes, signatures and sizes. Each text is tried as some of them; the last refusal counts. */
export const reader: FuzzReader = {
  name: 'patterns',
  async prepare() {
    const x = input('x', 'float32', ['batch', 'text', 64]);
    const y = input('y', 'float32', [2, 12, 6]);
    const uses: readonly ((text: string) => unknown)[] = [
      (text) => rearrange(x, text, { heads: 4, h: 3 }),
      (text) => rearrange(y, text, { heads: 2, h: 6 }),
      (text) => repeat(y, text, { heads: 2 }),
      (text) => reduce(y, text, 'mean', { h: 6 }),
      (text) => einsum(text, x, x),
      (text) => parseSlot('block', text),
      (text) => multiplyDims(canonicalDim(text), canonicalDim(text)),
      (text) => divideDims(text, 'batch'),
      (text) => divideDims('a*a*b+a*b*b', text),
    ];
    return {
      seeds: [Buffer.from('batch')],
      make: (random) => Buffer.from(mutateText(random, TEXTS, WORDS)),
      read(file) {
        const text = Buffer.from(file).toString('utf8');
        let refusal: unknown;
        let taken = false;
        for (const [index, use] of uses.entries()) {
          // A third of them: an error looks up its place in the source, which takes most of the time.
          if ((index + text.length) % 3 !== 0) continue;
          try {
            use(text);
            taken = true;
          } catch (error) {
            if (!(error instanceof Error && error.name === 'ModelError')) throw error;
            refusal = error;
          }
        }
        if (!taken && refusal !== undefined) throw refusal;
      },
    };
  },
};
