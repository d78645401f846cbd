import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { Program, ProgramFacts } from '../../dsl/program/program.ts';
import { clipVit, flamingo, input, mlpConnector, opt, spliced, type Tensor } from '../../models/index.ts';
import { TOKENIZER } from '../runtime/compiled-model.ts';
import { oneSentence } from '../support/one-sentence.ts';

const vision = clipVit({ image: 28, patch: 14, dim: 16, layers: 1, heads: 2 });
const language = opt({ dim: 16, layers: 2, heads: 2, vocabulary: 261, contextLength: 64 });
const packed: Program = flamingo({
  name: 'packed',
  convention: 'open-flamingo',
  ...{ vision, language, resampler: { depth: 1, heads: 2, headDim: 8, latents: 4 } },
  crossAttention: { every: 1 },
});
const connected: Program = spliced({ name: 'connected', vision, connector: mlpConnector(), language });

/** The program with other facts, or a graph with other inputs and outputs. */
const told = (program: Program, facts: Partial<Record<keyof ProgramFacts, unknown>>): Program =>
  ({ ...program, facts: { ...program.facts, ...facts } }) as Program;
const without = (program: Program, ...names: readonly (keyof ProgramFacts)[]): Program => {
  const kept = Object.entries(program.facts).filter(([name]) => !names.some((each) => each === name));
  return { ...program, facts: { options: {}, ...Object.fromEntries(kept) } };
};
const changed = (
  program: Program,
  name: string,
  change: (graph: Graph) => Partial<Pick<Graph, 'inputs' | 'outputs'>>,
): Program => {
  const graph = program.graphs[name];
  assert.ok(graph);
  return { ...program, graphs: { ...program.graphs, [name]: { ...graph, ...change(graph) } } };
};
const drop = (tensors: Readonly<Record<string, Tensor>>, name: string) => {
  const { [name]: _, ...others } = tensors;
  return others;
};

describe('what compile asks of a program', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'contract-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const WRONG: Readonly<Record<string, readonly [Program, RegExp]>> = {
    'no graphs': [{ ...packed, graphs: {} }, /'packed' cannot be run: it has no graphs/],
    'a graph that is not there': [
      { ...packed, graphs: { language: packed.graphs.language ?? packed.graphs.vision ?? never() } },
      /there is no graph 'vision', which packed cross-attention needs, but only language/,
    ],
    'an input that is not there': [
      changed(packed, 'language', ({ inputs }) => ({ inputs: drop(inputs, 'media_slots') })),
      /the graph 'language' has no input 'media_slots', which packed cross-attention needs: int64 \[batch, text\]/,
    ],
    'an input that nobody gives': [
      changed(packed, 'language', ({ inputs }) => ({
        inputs: { ...inputs, mood: input('mood', 'float32', [1]) },
      })),
      /the graph 'language' has an input 'mood', which packed cross-attention does not give/,
    ],
    'an output that is not there': [
      changed(packed, 'vision', ({ outputs }) => ({ outputs: drop(outputs, 'media_value.1') })),
      /the graph 'vision' has no output 'media_value\.1', which packed cross-attention needs: float32 \[images, 8, 4 or 4\*frames, 64\]/,
    ],
    'a fixed batch': [
      changed(packed, 'language', ({ inputs }) => ({
        inputs: { ...inputs, tokens: input('tokens', 'int64', [1, 'text']) },
      })),
      /the input 'tokens' of the graph 'language' is int64 \[1, text\], but packed cross-attention needs int64 \[batch, text\]/,
    ],
    'another dtype': [
      changed(packed, 'language', ({ inputs }) => ({
        inputs: { ...inputs, wanted: input('wanted', 'int32', ['wanted']) },
      })),
      /'wanted' of the graph 'language' is int32 \[wanted\], but packed cross-attention needs int64 \[wanted\]/,
    ],
    'fixed frames of a model of videos': [
      told(connected, { image: { ...connected.facts.image, maxFrames: 8 } }),
      /'pixels' of the graph 'vision' is float32 \[images, 1, 3, 28, 28\], but .* needs float32 \[images, frames, 3, 28, 28\]/,
    ],
    'pictures of another size': [
      told(packed, { image: { ...packed.facts.image, size: 30 } }),
      /'pixels' of the graph 'vision' is float32 \[images, frames, 3, 28, 28\], but .* needs float32 \[images, frames or 1, 3, 30, 30\]/,
    ],
    'another vocabulary': [
      told(packed, { language: { ...packed.facts.language, vocabulary: 300 } }),
      /'logits' of the graph 'language' is float32 \[wanted, 261\], but packed cross-attention needs float32 \[wanted, 300\]/,
    ],
    'an unknown way': [
      told(packed, { media: { way: 'telepathy' } }),
      /the facts say that pictures reach the text by 'telepathy', but the ways are packed-cross-attention, masked-cross-attention, latent-cross-attention, spliced, none/,
    ],
    'facts of another way': [
      told(packed, { media: { way: 'spliced', layers: 2 } }),
      /the fact 'media\.features' is wrong/,
    ],
    'a way whose graphs these are not': [
      told(connected, { media: { way: 'none' } }),
      /the graph 'language' has an input 'image_features', which a language model alone does not give/,
    ],
    'features of another width': [
      told(connected, { media: { ...connected.facts.media, dim: 17 } }),
      /'features' of the graph 'vision' is float32 \[images, 4, 16\], but splicing image features into the text needs float32 \[images, 4, 17\]/,
    ],
    'a number of tokens that nobody can know': [
      told(connected, { media: { ...connected.facts.media, features: '4*moods' } }),
      /the fact 'media\.features' is wrong \(no size of frames alone\)/,
    ],
    'a number of tokens that is none': [
      told(connected, { media: { ...connected.facts.media, features: '4 frames!' } }),
      /the fact 'media\.features' is wrong/,
    ],
    'prompts without a way': [
      without(packed, 'media'),
      /how prompts are written, in 'language', but not how pictures reach them/,
    ],
    'a way without prompts': [
      without(packed, 'language'),
      /how pictures reach the text, in 'media', but not how prompts are written/,
    ],
    'pictures that are not described': [
      without(connected, 'image'),
      /do not say how a picture becomes pixels: give 'image'/,
    ],
    'no token for a picture': [
      told(connected, {
        language: {
          ...connected.facts.language,
          tokens: { ...connected.facts.language?.tokens, image: null },
        },
      }),
      /no token stands for one: give 'language\.tokens\.image'/,
    ],
    'a graph that cannot name a file': [
      {
        ...without(packed, 'language', 'media', 'image'),
        graphs: { '../x': packed.graphs.vision ?? never() },
      },
      /has a graph called '\.\.\/x', which cannot name its file/,
    ],
  };
  for (const [name, [program, sentence]] of Object.entries(WRONG)) {
    it(`refuses ${name}, in one sentence, and writes nothing`, async () => {
      await assert.rejects(
        compile(program, { out: join(folder, 'artifact'), tokenizer: TOKENIZER }),
        oneSentence(sentence),
      );
      assert.deepEqual(await readdir(folder), []);
    });
  }

  it('refuses a model that answers prompts without a tokenizer', async () => {
    await assert.rejects(
      compile(packed, { out: join(folder, 'artifact') }),
      /'packed' answers prompts but no tokenizer was given/,
    );
  });
});

function never(): never {
  throw new Error('the program has its graphs');
}
