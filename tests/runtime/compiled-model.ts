import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { compile } from '../../compiler/compile.ts';
import { initialValues } from '../../compiler/weights/store/initialise.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { opt } from '../../models/opt/opt.ts';
import { PROMPTS, picture, TOKENIZER } from './prompts.ts';

export { PROMPTS, picture, TOKENIZER };

/** What `compiledModel` is compiled from, and others of its sizes. */
export const smallModel = (name: string) =>
  flamingo({
    name,
    vision: clipVit({ image: 28, patch: 14, dim: 32, layers: 2, heads: 4 }),
    resampler: { depth: 2, heads: 2, headDim: 16, latents: 4 },
    language: opt({
      dim: 32,
      layers: 3,
      heads: 4,
      vocabulary: 261,
      contextLength: 256,
      activation: 'gelu',
    }),
    crossAttention: { every: 2 },
  });

let compiled: Promise<string> | undefined;
let folder: string | undefined;

/**
 * The folder of a small compiled model, made once for all tests. Its gates are open and its embeddings large, so that
 * pictures change its answers and its next tokens differ clearly in probability.
 */
export function compiledModel(): Promise<string> {
  compiled ??= (async () => {
    folder = await mkdtemp(join(tmpdir(), 'runtime-'));
    const program = smallModel('small');
    const weights = join(folder, 'weights.safetensors');
    await writeSafetensors(
      weights,
      [...program.parameters].map(([name, parameter]) => ({
        name,
        dtype: 'float32' as const,
        shape: parameter.shape,
        data: initialValues(parameter, 3).map((value) => {
          if (/gate/.test(name)) return 1;
          return parameter.shape.length > 1 ? 6 * value : value;
        }),
      })),
    );
    const out = join(folder, 'artifact');
    await compile(program, {
      out,
      source: 'small.ts',
      tokenizer: TOKENIZER,
      weights: [weights],
      copyWeights: true,
    });
    return out;
  })();
  return compiled;
}

after(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});
