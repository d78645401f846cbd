import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { compile } from '../../compiler/compile.ts';
import { initialValues } from '../../compiler/weights/store/initialise.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import { opt } from '../../models/opt/opt.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';

export const TOKENIZER = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));

let compiled: Promise<string> | undefined;
let folder: string | undefined;

/**
 * The folder of a small compiled model, made once for all tests. Its gates are open and its embeddings large, so that
 * pictures change its answers and its next tokens differ clearly in probability.
 */
export function compiledModel(): Promise<string> {
  compiled ??= (async () => {
    folder = await mkdtemp(join(tmpdir(), 'runtime-'));
    const program = flamingo({
      name: 'small',
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

export const picture = (name: string): string => fileURLToPath(new URL(`../images/${name}`, import.meta.url));

const [dog, cat, bicycle] = [picture('dog.jpg'), picture('cat.png'), picture('bicycle.png')];

/** Prompts of every form, of different lengths and numbers of pictures. */
export const PROMPTS: Readonly<Record<string, Prompt>> = {
  'two examples': {
    shots: [
      { image: dog, text: 'Output:a dog' },
      { image: bicycle, text: 'Output:two wheels' },
    ],
    query: { image: cat, text: 'Output:' },
  },
  'no example': { query: { image: cat, text: 'Output:' } },
  'text before the first picture': { text: 'Look! <image>Output:', media: [bicycle] },
  'pictures in a row': { query: { images: [dog, cat, bicycle], text: 'Output:' } },
  'a picture at the end': { text: 'Output: a dog.<|endofchunk|><image>', media: [dog] },
  'no picture': { query: { text: 'Once' } },
  'a video': { query: { video: [dog, cat], text: 'Output:' } },
};
