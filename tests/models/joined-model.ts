import assert from 'node:assert/strict';
import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import type { VisionLanguageProgram } from '../../dsl/program/program.ts';
import { KeyValueCache } from '../../runtime/generate/cache/key-value-cache.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { withGraph } from '../support/run-program.ts';
import { assertClose } from './close.ts';
import { layoutFeeds, packedDecode, packedPrefill } from './language-feeds.ts';
import { rowsOf, sizesOf } from './reference.ts';

/** The model's images, only those that a prompt has an `<image>` token for. */
async function usedPixels(file: SafetensorsFile, counts: readonly number[]): Promise<onnxruntime.Tensor> {
  const { shape } = file.tensor('input.vision_x');
  const [, perRow = 0, ...image] = shape;
  const size = image.reduce((product, each) => product * each, 1);
  const all = await file.readFloat32('input.vision_x');
  const used = counts.flatMap((count, row) =>
    Array.from({ length: count }, (_, index) =>
      all.subarray((row * perRow + index) * size, (row * perRow + index + 1) * size),
    ),
  );
  return new onnxruntime.Tensor('float32', Float32Array.from(used.flatMap((each) => [...each])), [
    used.length,
    ...image,
  ]);
}

/**
 * Runs a joined model's two graphs on a reference's images and prompts, and compares latents, logits of every token of the
 * prompts and logits of further tokens one at a time.
 */
export async function checkJoinedModel(
  program: VisionLanguageProgram,
  file: SafetensorsFile,
  weights: readonly SafetensorsFile[],
  { fusion, side }: { readonly fusion: boolean; readonly side: 'left' | 'right' },
): Promise<void> {
  const size = sizesOf(file);
  const [image, padding] = [size('media_token_id'), size('pad_token_id')];
  const padded = await rowsOf(file, 'input.lang_x');
  const prompts = padded.map((row) => row.slice(0, row.findLastIndex((token) => token !== padding) + 1));
  const counts = prompts.map((prompt) => prompt.filter((token) => token === image).length);
  assert.ok(counts.includes(0) && counts.some((count) => count > 1), 'the reference mixes prompts');
  const media = await withGraph(program.graphs.vision, program, weights, { fusion }, async (run) => {
    const { latents, ...media } = await run({ pixels: await usedPixels(file, counts) });
    const expected = await file.readFloat32('output.latents');
    const { shape } = file.tensor('output.latents');
    const [, perRow = 0, ...rest] = shape;
    const each = rest.reduce((product, axis) => product * axis, 1);
    const used = counts.flatMap((count, row) => [
      ...expected.subarray(row * perRow * each, (row * perRow + count) * each),
    ]);
    assertClose(latents?.data as Float32Array, used);
    return media;
  });

  await withGraph(program.graphs.language, program, weights, { fusion }, async (run) => {
    const everywhere = prompts.map((prompt) => [...prompt.keys()]);
    const prefill = packedPrefill(prompts, { image, padding, side, wanted: everywhere });
    const cache = new KeyValueCache(program.facts.language, {
      rows: prompts.length,
      mostLength: prefill.text + 100,
    });
    const first = await run({ ...layoutFeeds(prefill), ...media, ...cache.feeds() });
    cache.append(first, prefill.real);
    const vocabulary = program.facts.language.vocabulary;
    const expected = await file.readFloat32('output.logits');
    const longest = padded[0]?.length ?? 0;
    const valid = prompts.flatMap((prompt, row) => [
      ...expected.subarray(row * longest * vocabulary, (row * longest + prompt.length) * vocabulary),
    ]);
    assertClose(first.logits?.data as Float32Array, valid);

    const steps = await rowsOf(file, 'input.decode.lang_x');
    const expectedSteps = await file.readFloat32('output.decode.logits');
    for (const [step, tokens] of steps.entries()) {
      const decode = packedDecode(
        tokens.map((token, row) => ({
          tokens: [token],
          past: cache.mask(row),
          row: prefill.lastRows[row] ?? null,
        })),
        { rows: prefill.rows, padding },
      );
      const next = await run({ ...layoutFeeds(decode), ...media, ...cache.feeds() });
      cache.append(next, decode.real);
      const start = step * prompts.length * vocabulary;
      assertClose(
        next.logits?.data as Float32Array,
        expectedSteps.subarray(start, start + prompts.length * vocabulary),
      );
    }
  });
}
