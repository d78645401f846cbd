import * as fc from 'fast-check';
import type { VisionLanguageProgram } from '../../dsl/program/program.ts';
import { KeyValueCache } from '../../runtime/generate/cache/key-value-cache.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { INT8_LEVELS } from '../support/int8-levels.ts';
import { type Feeds, type Run, withGraph } from '../support/run-program.ts';
import { assertClose } from './close.ts';
import { layoutFeeds, packedDecode, packedPrefill } from './language-feeds.ts';
import { IMAGE, smallPrograms, VOCABULARY } from './small-programs.ts';

const PADDING = 0;

const text = fc.integer({ min: 1, max: VOCABULARY - 2 });
/** Any prompt: text before the first image, consecutive images, an image as the last token, or no image at all. */
const prompt = fc.array(
  fc.oneof({ weight: 3, arbitrary: text }, { weight: 1, arbitrary: fc.constant(IMAGE) }),
  {
    minLength: 1,
    maxLength: 12,
  },
);
const batch = fc.array(prompt, { minLength: 1, maxLength: 3 });
const corners = [
  [[5, 6, IMAGE, 7]],
  [[IMAGE, IMAGE, 3]],
  [[3, IMAGE]],
  [[1, 2, 3]],
  [[IMAGE, 4, 5, IMAGE, 6], [2], [9, IMAGE, IMAGE]],
];

/** Keys and values as if the vision graph had made them: the same for the same seed. */
function mediaFeeds(program: VisionLanguageProgram, rows: number, seed: number): Feeds {
  const ports = Object.entries(program.graphs.language.inputs).filter(([name]) =>
    name.startsWith('media_key.'),
  );
  const shape = [rows, ...(ports[0]?.[1].shape.slice(1).map(Number) ?? [])];
  const size = shape.reduce((product, each) => product * each, 1);
  const draw = (salt: number) =>
    new onnxruntime.Tensor(
      'float32',
      Float32Array.from({ length: size }, (_, index) => Math.sin(seed + salt + index * 1.7)),
      shape,
    );
  return Object.fromEntries(
    Array.from({ length: ports.length }, (_, layer) => [
      [`media_key.${layer}`, draw(layer)] as const,
      [`media_value.${layer}`, draw(layer + 0.5)] as const,
    ]).flat(),
  );
}

function newCache(program: VisionLanguageProgram, rows: number): KeyValueCache {
  return new KeyValueCache(program.facts.language, { rows, mostLength: 30 });
}

async function both<R>(
  program: VisionLanguageProgram,
  use: (fused: Run, plain: Run) => Promise<R>,
): Promise<R> {
  const { language } = program.graphs;
  return withGraph(language, program, [], { fusion: true }, (fused) =>
    withGraph(language, program, [], { fusion: false }, (plain) => use(fused, plain)),
  );
}

function values(results: Feeds, name: string): Float32Array {
  const data = results[name]?.data;
  if (!(data instanceof Float32Array)) throw new Error(`no ${name}`);
  return data;
}

for (const [name, make] of Object.entries(smallPrograms)) {
  describe(`the language graph on any batch of prompts, ${name}`, () => {
    it('gives fused what it gives plain, in prefill and on the cache', async () => {
      const program = make();
      await both(program, (fused, plain) =>
        fc.assert(
          fc.asyncProperty(
            batch,
            fc.constantFrom('left' as const, 'right' as const),
            async (prompts, side) => {
              const prefill = packedPrefill(prompts, {
                image: IMAGE,
                padding: PADDING,
                side,
                wanted: prompts.map((each) => [...each.keys()]),
              });
              const media = mediaFeeds(program, prefill.rows, 1);
              const [cache, plainCache] = [
                newCache(program, prompts.length),
                newCache(program, prompts.length),
              ];
              const feeds = { ...layoutFeeds(prefill), ...media };
              const one = await fused({ ...feeds, ...cache.feeds() });
              const other = await plain({ ...feeds, ...plainCache.feeds() });
              cache.append(one, prefill.real);
              plainCache.append(other, prefill.real);
              for (const name of Object.keys(one)) assertClose(values(one, name), values(other, name));

              const decode = packedDecode(
                prompts.map((_, row) => ({
                  tokens: row === 0 ? [1, 2] : [3],
                  past: cache.mask(row),
                  row: prefill.lastRows[row] ?? null,
                })),
                { rows: prefill.rows, padding: PADDING },
              );
              const next = { ...layoutFeeds(decode), ...media };
              const later = await fused({ ...next, ...cache.feeds() });
              const alsoLater = await plain({ ...next, ...plainCache.feeds() });
              assertClose(values(later, 'logits'), values(alsoLater, 'logits'));
            },
          ),
          { numRuns: 20, examples: corners.map((each) => [each, 'left' as const] as [number[][], 'left']) },
        ),
      );
    });

    it('gives a prompt in a batch what it gives it alone, and cached what it gives in one piece', async () => {
      const program = make();
      await withGraph(program.graphs.language, program, [], {}, (run) =>
        fc.assert(
          fc.asyncProperty(batch, async (prompts) => {
            const together = packedPrefill(prompts, { image: IMAGE, padding: PADDING });
            const batched = values(
              await run({
                ...layoutFeeds(together),
                ...mediaFeeds(program, together.rows, 1),
                ...newCache(program, prompts.length).feeds(),
              }),
              'logits',
            );
            for (const [row, each] of prompts.entries()) {
              const expected = batched.subarray(row * VOCABULARY, (row + 1) * VOCABULARY);
              const alone = packedPrefill([each], { image: IMAGE, padding: PADDING });
              const first = prompts
                .slice(0, row)
                .flat()
                .filter((token) => token === IMAGE).length;
              const media = mediaSlice(mediaFeeds(program, Math.max(together.rows, 1), 1), first, alone.rows);
              const whole = await run({ ...layoutFeeds(alone), ...media, ...newCache(program, 1).feeds() });
              assertClose(values(whole, 'logits'), expected);
              if (each.length < 2 || each.at(-1) === IMAGE) continue;
              const head = packedPrefill([each.slice(0, -1)], { image: IMAGE, padding: PADDING });
              const cache = newCache(program, 1);
              const before = await run({ ...layoutFeeds(head), ...media, ...cache.feeds() });
              cache.append(before, head.real);
              const last = packedDecode(
                [{ tokens: each.slice(-1), past: cache.mask(0), row: head.lastRows[0] ?? null }],
                {
                  rows: head.rows,
                  padding: PADDING,
                },
              );
              const cached = await run({ ...layoutFeeds(last), ...media, ...cache.feeds() });
              assertClose(values(cached, 'logits'), expected);
            }
          }),
          { numRuns: 15, examples: corners.map((each) => [each] as [number[][]]) },
        ),
      );
    });

    it('gives in int8 nearly what it gives in float32, and a prompt in a batch nearly what it gives it alone', async () => {
      const program = make();
      const { language } = program.graphs;
      const logitsOf = async (run: Run, prompts: readonly (readonly number[])[], firstMedia = 0) => {
        const layout = packedPrefill(prompts, { image: IMAGE, padding: PADDING });
        const media = mediaSlice(
          mediaFeeds(program, Math.max(firstMedia + layout.rows, 1), 1),
          firstMedia,
          layout.rows,
        );
        const cache = newCache(program, prompts.length);
        return values(await run({ ...layoutFeeds(layout), ...media, ...cache.feeds() }), 'logits');
      };
      // Of the largest: what rounding to 8 bits moves in two layers, and what rounding the other way at an edge does.
      const [rounded, edge] = [0.15, 0.03];
      // Plain operators have 8 bits everywhere.
      const sameBits = INT8_LEVELS === 127;
      await withGraph(language, program, [], { precision: 'int8' }, (int8) =>
        withGraph(language, program, [], {}, (exact) =>
          withGraph(language, program, [], { precision: 'int8', fusion: false }, async (plain) => {
            for (const prompts of corners) {
              const together = await logitsOf(int8, prompts);
              assertClose(together, await logitsOf(exact, prompts), rounded);
              assertClose(together, await logitsOf(plain, prompts), sameBits ? edge : rounded);
              for (const [row, each] of prompts.entries()) {
                const before = prompts.slice(0, row).flat();
                const alone = await logitsOf(int8, [each], before.filter((token) => token === IMAGE).length);
                assertClose(alone, together.subarray(row * VOCABULARY, (row + 1) * VOCABULARY), edge);
              }
            }
          }),
        ),
      );
    });
  });
}

/** The rows of one prompt's images out of a batch's. */
function mediaSlice(media: Feeds, first: number, rows: number): Feeds {
  return Object.fromEntries(
    Object.entries(media).map(([name, tensor]) => {
      const each = tensor.size / (tensor.dims[0] ?? 1);
      const start = Math.min(first, (tensor.dims[0] ?? 1) - rows);
      const data = (tensor.data as Float32Array).slice(start * each, (start + rows) * each);
      return [name, new onnxruntime.Tensor('float32', data, [rows, ...tensor.dims.slice(1)])];
    }),
  );
}
