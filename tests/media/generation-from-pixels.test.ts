import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Tensor } from 'onnxruntime-common';
import { buildProgram } from '../../compiler/build-program.ts';
import { decode } from '../../runtime/generate/decode.ts';
import type { PreparedPrompt } from '../../runtime/generate/language-model.ts';
import { createSearch, parseGenerateOptions, samples, tokensOf } from '../../runtime/generate/options.ts';
import { uniformNumbers } from '../../runtime/generate/search/sampler.ts';
import { type GraphValue, loadGraph } from '../../runtime/graph.ts';
import { type EncodedMedia, mediaFeeds, mediaInputs } from '../../runtime/media/way.ts';
import { layoutDecode, layoutPrefill, textFeeds } from '../../runtime/prompt/layout.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { SMALL_FAMILIES } from './small-families.ts';
import { compileLively, SMALL_MODELS } from './small-models.ts';

const SIZE = 28;

/** A prompt: texts, and numbers of pictures between them. */
type Piece = string | number;

const PROMPTS: readonly (readonly Piece[])[] = [
  [0, 'Output:one', 1, 'Output:two', 2, 'Output:'],
  ['Of two in a row: ', 3, 0, ' Output:'],
  ['Without any. Output:'],
];

/** One row each: the likeliest, and two ways to draw. */
const SETTINGS = [
  { maxNewTokens: 9 },
  { maxNewTokens: 5, temperature: 1.5, seed: 3 },
  { maxNewTokens: 12, topK: 6, topP: 0.875, seed: -2 },
].map(parseGenerateOptions);

const PICTURED = Object.entries({ ...SMALL_MODELS, ...SMALL_FAMILIES }).filter(
  ([, make]) => make().facts.image !== undefined,
);

for (const [name, make] of PICTURED) {
  describe(`a whole generation from pixels: ${name}`, () => {
    let folder: string;
    let directory: string;
    const program = make();
    const most = program.facts.image?.maxFrames ?? 1;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'from-pixels-'));
      directory = await compileLively(folder, program, { generation: true });
    });
    after(() => rm(folder, { recursive: true, force: true }));

    for (const frames of most > 1 ? [1, 2] : [1]) {
      it(`writes the tokens of the search step by step, with ${frames} frame(s) a picture`, async () => {
        await using engine = await Engine.open({ directory, verify: true, imageMemory: 0, threads: 1 });
        const { special } = engine.tokenizer;
        const pixels = [0, 1, 2, 3].map((picture) => pixelsOf(picture, frames));
        const pictures = await engine.media.encodePixels(
          pixels.map((values, picture) => ({ key: `${picture}`, pixels: values, frames })),
        );
        const prompts = PROMPTS.map((pieces): PreparedPrompt => {
          const shown = pieces.flatMap((piece) => (typeof piece === 'number' ? [piece] : []));
          const tokens = pieces.flatMap((piece) =>
            typeof piece === 'string'
              ? engine.tokenizer.encode(piece)
              : new Array<number>(engine.way.tokensOf(picked(pictures, piece))).fill(special.image ?? -1),
          );
          return { tokens, media: shown.map((piece) => picked(pictures, piece)) };
        });

        const expected = await Promise.all(
          prompts.map(async (prompt, row) => {
            const settings = picked(SETTINGS, row);
            const [answers] = await decode(
              engine.language,
              [prompt],
              [createSearch(settings, special)],
              settings,
            );
            return answers?.[0];
          }),
        );

        // The same prompts as the graph takes them, all in one run.
        const layout = layoutPrefill(
          prompts.map(({ tokens }) => tokens),
          special,
        );
        const shown = engine.way.prefill(
          layout,
          prompts.map(({ media }) => media),
        );
        const alone = prompts.map(() => ({ tokens: [special.padding], past: new Uint8Array(0) }));
        const next = mediaFeeds(mediaInputs(shown.seen, layoutDecode(alone, special)));
        await using graph = await loadGraph(directory, { graph: 'generate-from-pixels', threads: 1 });
        const inputs = new Map<string, GraphValue>();
        const give = (tensors: Readonly<Record<string, Tensor>>, before = '') => {
          for (const [input, { data, dims }] of Object.entries(tensors)) {
            assert.ok(
              data instanceof Float32Array || data instanceof BigInt64Array || data instanceof Uint8Array,
            );
            inputs.set(`${before}${input}`, { data, shape: dims });
          }
        };
        give(textFeeds(layout));
        give(mediaFeeds(shown));
        give(next, 'next.');
        const pictured = prompts.flatMap(({ media }) => media);
        const rowPictures = (values: GraphValue | undefined) => ({
          data: BigInt64Array.from(pictureOfRows(values, pictures), BigInt),
          shape: [values?.shape[0] ?? 0],
        });
        const rowNames = ['media_key.0', 'media_latents'];
        const ofRows = rowNames.find((each) => inputs.has(each));
        if (ofRows !== undefined) {
          inputs.set('row_pictures', rowPictures(inputs.get(ofRows)));
          inputs.set('next.row_pictures', rowPictures(inputs.get(`next.${ofRows}`)));
        }
        const { layers, keyValueHeads, headDim, states = {} } = engine.manifest.language;
        for (let layer = 0; layer < layers; layer++)
          for (const kind of ['key', 'value'])
            inputs.set(`past_${kind}.${layer}`, {
              data: new Float32Array(0),
              shape: [prompts.length, keyValueHeads, 0, headDim],
            });
        for (const [state, sizes] of Object.entries(states)) {
          const shape = [prompts.length, ...sizes];
          inputs.set(`past_state.${state}`, {
            data: new Float32Array(shape.reduce((all, size) => all * size, 1)),
            shape,
          });
        }
        // Of spliced pictures the pixels are those of the prompts' pictures, in their order.
        const given = ofRows === undefined ? pictured.map((each) => pictures.indexOf(each)) : [0, 1, 2, 3];
        inputs.set('pixels', {
          data: Float32Array.from(given.flatMap((picture) => [...picked(pixels, picture)])),
          shape: [given.length, frames, 3, SIZE, SIZE],
        });
        for (const [input, value] of Object.entries(choosing())) inputs.set(input, value);
        const { ends, never } = tokensOf(special);
        inputs.set('stop_tokens', integers([...ends]));
        inputs.set('suppressed_tokens', integers(never));
        inputs.set('padding_token', integers([special.padding]));

        const wanted = graph.inputs.map((port) => port.name);
        const outputs = await graph.run(
          Object.fromEntries([...inputs].filter(([input]) => wanted.includes(input))),
        );
        const [lengths, tokens, logs] = ['lengths', 'new_tokens', 'log_probabilities'].map((output) =>
          Array.from(outputs[output]?.data ?? [], Number),
        );
        assert.ok(lengths && tokens && logs);
        const count = outputs.new_tokens?.shape[1] ?? 0;
        for (const [row, answer] of expected.entries()) {
          const start = row * count;
          const end: number = start + (lengths[row] ?? 0);
          assert.deepEqual(tokens.slice(start, end), answer?.tokens, `row ${row}`);
          for (const [place, log] of logs.slice(start, end).entries())
            assert.ok(Math.abs(log - (answer?.logProbabilities[place] ?? Number.NaN)) < 1e-4, `row ${row}`);
        }
      });
    }

    it('has the weights of the other graphs, and no others', async () => {
      const { files } = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8'));
      const stores = Object.keys(files).filter((file) => file.endsWith('.safetensors'));
      assert.deepEqual(stores, ['weights.safetensors']);
      const { size } = await stat(join(directory, 'generate-from-pixels.onnx'));
      assert.ok(size < 2 ** 20, `${size}`);
    });
  });
}

describe('a whole generation from pixels', () => {
  it('is refused where the program has a graph of that name, and left out where nothing is shown', () => {
    const alone = SMALL_MODELS['a language model alone']?.();
    const packed = SMALL_MODELS.packed?.();
    assert.ok(alone && packed);
    const names = buildProgram(alone, { generation: true }).graphs.map((each) => each.name);
    assert.deepEqual(names, ['language', 'generate']);
    const { language } = packed.graphs;
    assert.ok(language);
    const clash = { ...packed, graphs: { ...packed.graphs, 'generate-from-pixels': language } };
    assert.throws(
      () => buildProgram(clash, { generation: true }),
      /has a graph 'generate-from-pixels', as one of whole answers is called: call it something else\.$/,
    );
  });
});

function picked<T>(values: readonly T[], index: number): T {
  const value = values[index];
  assert.ok(value !== undefined);
  return value;
}

/** Pixels of a picture, other than those of the others. */
function pixelsOf(picture: number, frames: number): Float32Array {
  return Float32Array.from({ length: frames * 3 * SIZE * SIZE }, (_, at) =>
    Math.sin(at * (picture + 1) * 0.37 + picture),
  );
}

/** The picture that each row of a stack is of, by its values; 0 for a row of nothing, which nobody sees. */
function pictureOfRows(values: GraphValue | undefined, pictures: readonly EncodedMedia[]): readonly number[] {
  const { data, shape: [rows = 0] = [] } = values ?? {};
  assert.ok(data instanceof Float32Array);
  const size = data.length / rows;
  return Array.from({ length: rows }, (_, row) => {
    const start = data[row * size];
    const found = pictures.findIndex((each) =>
      Object.values(each).some((part) => part.data.length === size && part.data[0] === start),
    );
    assert.ok(found >= 0 || start === 0);
    return Math.max(0, found);
  });
}

function integers(values: readonly number[]): GraphValue {
  return { data: BigInt64Array.from(values, BigInt), shape: [values.length] };
}

function choosing(): Readonly<Record<string, GraphValue>> {
  const numbers = (values: readonly number[]) => ({
    data: Float32Array.from(values),
    shape: [values.length],
  });
  const draws = Math.max(...SETTINGS.map(({ maxNewTokens }) => maxNewTokens));
  const random = SETTINGS.flatMap(({ seed = 0 }) => {
    const uniform = uniformNumbers(seed);
    return Array.from({ length: draws }, () => BigInt(uniform() * 2 ** 53));
  });
  return {
    max_new_tokens: integers(SETTINGS.map(({ maxNewTokens }) => maxNewTokens)),
    temperature: numbers(SETTINGS.map((each) => (samples(each) ? (each.temperature ?? 1) : 0))),
    top_k: integers(SETTINGS.map(({ topK = 0 }) => topK)),
    top_p: numbers(SETTINGS.map(({ topP = 1 }) => topP)),
    random: { data: BigInt64Array.from(random), shape: [SETTINGS.length, draws] },
  };
}
