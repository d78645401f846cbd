import type { ReadText } from '../../runtime/generate/read-text.ts';
import type { Engine } from '../../runtime/worker/engine.ts';
import { normalTensor } from './tensors.ts';

/** Texts of `past` cached places each, which one prompt token and made-up keys and values fill, with room for more. */
export async function fillPast(
  { language, manifest }: Engine,
  { rows = 1, past, room }: { readonly rows?: number; readonly past: number; readonly room: number },
): Promise<ReadText> {
  const prompts = Array.from({ length: rows }, () => ({ tokens: [1], media: [] }));
  const { text } = await language.prefillDistributions(prompts, past + room);
  const { layers, keyValueHeads, headDim } = manifest.language;
  const more = past - 1;
  const entries = Array.from({ length: layers }, (_, layer) =>
    ['key', 'value'].map((kind) => [
      `new_${kind}.${layer}`,
      normalTensor(rows, keyValueHeads, more, headDim),
    ]),
  );
  text.cache.append(
    Object.fromEntries(entries.flat()),
    prompts.map(() => new Uint8Array(more).fill(1)),
  );
  return text;
}
