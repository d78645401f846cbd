import assert from 'node:assert/strict';
import fc from 'fast-check';
import { UserError } from '../../artifact/user-error.ts';
import * as runtime from '../../runtime/index.ts';
import { oneSentence } from '../support/one-sentence.ts';
import { compiledModel, picture } from './compiled-model.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type Path = readonly (string | number)[];

/** Every place of a value, the whole first. */
function placesOf(value: Json, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const entries: [string | number, Json][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value);
  return [path, ...entries.flatMap(([key, entry]) => placesOf(entry, [...path, key]))];
}

function withValue(value: Json, [key, ...rest]: Path, replacement: Json): Json {
  if (key === undefined) return replacement;
  if (Array.isArray(value))
    return value.map((entry, index) => (index === key ? withValue(entry, rest, replacement) : entry));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name,
      name === key ? withValue(entry, rest, replacement) : entry,
    ]),
  );
}

const refuses = (promise: Promise<unknown>, sentence: RegExp) =>
  assert.rejects(promise, oneSentence(sentence));

describe('the public functions of the runtime, called from programs without types', () => {
  let directory: string;
  let model: runtime.FlamingoModel;
  let calls: Record<string, { right: Json[]; call: (...words: never[]) => unknown }>;
  const cat = picture('cat.png');

  before(async () => {
    directory = await compiledModel();
    model = await runtime.loadFlamingo(directory, { threads: 1 });
    const { image, language } = JSON.parse(JSON.stringify(model.manifest));
    const shots = [
      { image: cat, text: 'Output:a' },
      { images: [cat], text: 'b' },
    ];
    const prompt: Json = { shots, query: { image: cat, text: 'Output:' } };
    const dialogue: Json = {
      preamble: 'x',
      turns: [{ speaker: 'user', text: 'Hm?', image: cat }],
      names: { user: 'A', assistant: 'B' },
    };
    const raw: Json = { text: '<image>a<image>', media: [cat, { kind: 'video', source: [cat], frames: 1 }] };
    const video: Json = { query: { video: [cat], frames: 1 } };
    const short: Json = { maxNewTokens: 1, stop: ['x'], temperature: 1, topK: 2, topP: 0.5, seed: 1 };
    const ranked: Json = { normalise: 'tokens', endOfChunk: true };
    const tokenizer = `${directory}/tokenizer.json`;
    const task = await model.prepare({ shots: [{ image: cat, text: 'a' }] });
    calls = {
      loadFlamingo: {
        right: [
          directory,
          {
            verify: true,
            imageMemory: 5,
            concurrency: 2,
            queue: 3,
            cachedTokens: 900,
            keptTokens: 400,
            prefillChunk: 30,
            pixels: 'pillow',
            provider: 'cpu',
            threads: 1,
            optimisation: 'basic',
          },
        ],
        call: async (...words: [string]) => (await runtime.loadFlamingo(...words)).close(),
      },
      loadGraph: {
        right: [
          directory,
          { graph: 'vision', verify: true, provider: 'cpu', threads: 1, optimisation: 'basic' },
        ],
        call: async (...words: [string]) => (await runtime.loadGraph(...words)).close(),
      },
      generate: { right: [prompt, short], call: model.generate.bind(model) },
      'generate a dialogue': {
        right: [dialogue, { maxNewTokens: 1, beams: 2, lengthPenalty: 1 }],
        call: model.generate.bind(model),
      },
      generateBatch: {
        right: [[raw, video], { maxNewTokens: 1, batchSize: 1 }],
        call: model.generateBatch.bind(model),
      },
      stream: {
        right: [prompt, { maxNewTokens: 1 }],
        call: async (...words: [runtime.Prompt]) => model.stream(...words).next(),
      },
      score: { right: [raw, ['a', 'b'], ranked], call: model.score.bind(model) },
      scoreEnsemble: {
        right: [prompt, ['a'], { normalise: 'none', orders: 2, seed: 1 }],
        call: model.scoreEnsemble.bind(model),
      },
      prepare: {
        right: [{ shots: [{ image: cat, text: 'a' }], separator: ' ' }, {}],
        call: async (...words: Parameters<typeof model.prepare>) => (await model.prepare(...words)).close(),
      },
      'prepare a dialogue': {
        right: [{ preamble: 'p', turns: [{ speaker: 'assistant', text: 'a' }] }],
        call: async (...words: Parameters<typeof model.prepare>) => (await model.prepare(...words)).close(),
      },
      'generate for a task': { right: [{ image: cat, text: 'a' }, short], call: task.generate.bind(task) },
      'generateBatch for a task': {
        right: [[{ text: 'a' }], { maxNewTokens: 1, batchSize: 1 }],
        call: task.generateBatch.bind(task),
      },
      'stream for a task': {
        right: [{ text: 'a' }, { maxNewTokens: 1 }],
        call: async (...words: [runtime.Query]) => task.stream(...words).next(),
      },
      'score for a task': { right: [{ image: cat }, ['a', 'b'], ranked], call: task.score.bind(task) },
      'score the answers of a task': { right: [{ image: cat }, ranked], call: task.score.bind(task) },
      encodeImages: {
        right: [[cat, { kind: 'image', source: cat }], {}],
        call: model.encodeImages.bind(model),
      },
      loadImage: { right: [cat, image, { pixels: 'shown' }], call: runtime.loadImage },
      loadFrames: { right: [[cat], image, { frames: 1, pixels: 'pillow' }], call: runtime.loadFrames },
      openArtifact: {
        right: [directory, { verify: true, runnable: true, weights: false }],
        call: runtime.openArtifact,
      },
      loadTokenizer: { right: [tokenizer, language.tokens], call: runtime.loadTokenizer },
      renderPrompt: { right: [raw, language.tokens], call: runtime.renderPrompt },
      nearestShots: {
        right: [
          [1, 2],
          [
            [1, 2],
            [3, 4],
          ],
          1,
        ],
        call: runtime.nearestShots,
      },
      orderings: { right: [[1, 2, 3], 4, 0], call: runtime.orderings },
      dialogueOf: { right: [{ query: { text: 'a' } }, 'Assistant'], call: runtime.dialogueOf },
      captionPrompt: {
        right: [{ shots: [{ image: cat, caption: 'a' }], query: { image: cat } }],
        call: runtime.captionPrompt,
      },
      questionPrompt: {
        right: [
          { shots: [{ image: cat, question: 'a', answer: 'b' }], query: { image: cat, question: 'c' } },
        ],
        call: runtime.questionPrompt,
      },
      readTasks: { right: ['/nowhere.jsonl', { limit: 1 }], call: runtime.readTasks },
      evaluate: {
        right: [{}, [], { shots: [0], batch: 1, maxNewTokens: 1, beams: 1, assistant: 'x' }],
        call: runtime.evaluate,
      },
    };
  });
  after(() => model.close());

  const answers = async (name: string, words: readonly Json[]): Promise<'answered' | 'refused'> => {
    try {
      const { call } = calls[name] ?? assert.fail(name);
      await Reflect.apply(call, undefined, words);
      return 'answered';
    } catch (error) {
      assert.ok(
        error instanceof UserError,
        `${name}(${JSON.stringify(words).slice(0, 300)}): ${error instanceof Error ? error.stack : error}`,
      );
      oneSentence()(error);
      return 'refused';
    }
  };

  it('take what is right', async () => {
    for (const [name, { right }] of Object.entries(calls)) {
      if (['readTasks', 'evaluate'].includes(name)) continue;
      assert.equal(await answers(name, right), 'answered', name);
    }
  });

  it('answer, or refuse in one sentence, whatever JSON stands in whatever place', async () => {
    const hard: Json[] = [null, 42, -1, 0.5, 1e300, '', 'x', '\u0000', [], {}, [null], true, { toString: 1 }];
    for (const [name, { right }] of Object.entries(calls)) {
      for (const [index, place] of placesOf(right).slice(1).entries()) {
        // Each value comes to a place of each function; a model takes a while to load.
        const tried = hard.filter((_, at) => (at + index) % (name === 'loadFlamingo' ? 13 : 4) === 0);
        for (const value of tried) {
          const words = withValue(right, place, value);
          assert.ok(Array.isArray(words));
          await answers(name, words);
        }
      }
      for (let count = 0; count < right.length; count += 1) await answers(name, right.slice(0, count));
    }
    const names = Object.keys(calls).filter((name) => name !== 'loadFlamingo');
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), fc.nat(1000), fc.jsonValue(), async (name, at, value) => {
        const right = calls[name]?.right ?? [];
        const places = placesOf(right).slice(1);
        const words = withValue(right, places[at % places.length] ?? [0], JSON.parse(JSON.stringify(value)));
        assert.ok(Array.isArray(words));
        await answers(name, words);
      }),
      { numRuns: 150 },
    );
  });

  it('say where, what was found and what is expected', async () => {
    const ask = (prompt: unknown, ...rest: unknown[]) =>
      Reflect.apply(model.generate, model, [prompt, ...rest]);
    await refuses(
      ask({ query: { image: null } }),
      /'query\.image' of the prompt is null but a picture's path or its bytes is expected/,
    );
    await refuses(ask([]), /The prompt is a list of 0 but an object with 'query'/);
    await refuses(ask({ query: { image: 42 } }), /'query\.image' of the prompt is 42/);
    await refuses(ask({ query: { imgae: cat } }), /'query' of the prompt has the unknown entry 'imgae'/);
    await refuses(ask({ query: { image: cat, images: [cat] } }), /one of 'image', 'images' and 'video'/);
    await refuses(
      ask({ query: {} }, null),
      /^The options of generation are null but an object is expected: correct them\.$/,
    );
    await refuses(
      ask({ query: {} }, { signal: {} }),
      /'signal' of the options of generation is an object but an AbortSignal/,
    );
    await refuses(
      Reflect.apply(model.score, model, [{ query: {} }, ['a']]),
      /^The options of score are missing but an object is expected: correct them\.$/,
    );
    await refuses(
      Reflect.apply(model.score, model, [{ query: {} }, ['a'], { normalise: 'bits' }]),
      /'normalise' of the options of score is 'bits' but 'none' or 'tokens' or 'bytes' is expected/,
    );
    await refuses(
      Reflect.apply(runtime.loadImage, undefined, [42, model.manifest.image]),
      /The picture is 42/,
    );
    await refuses(
      runtime.loadFlamingo(directory, { threads: 1e9 }),
      /'threads' of the options of loadFlamingo is 1000000000 but a number of at most 1024/,
    );
  });

  it('of another kind are refused where data are prepared and results are put together', async () => {
    const { augment, PictureData, summarise, textOnly } = runtime;
    const pixels = new Uint8Array(12);
    const image = { size: 2, resize: 'stretch', interpolation: 'bicubic', mean: [0, 0, 0], std: [1, 1, 1] };
    const task = { line: 1, kind: 'name', answers: ['a'] };
    const wrong: [call: () => unknown, sentence: RegExp][] = [
      [
        () => Reflect.apply(augment, undefined, [pixels, 2, { crops: 1 }, Math.random]),
        /unknown entry 'crops'/,
      ],
      [
        () => augment(pixels, 2, { crop: 0 }, Math.random),
        /'crop' of the augmentation is 0 but a number above 0/,
      ],
      [() => augment(pixels, 3, {}, Math.random), /has 12 values, but 3 colours of 3 x 3 pixels are 27/],
      [
        () => Reflect.apply(augment, undefined, [[1], 2, {}, Math.random]),
        /array of pixels is a list of 1 but a Uint8Array/,
      ],
      [() => Reflect.apply(augment, undefined, [pixels, 2, {}]), /random numbers is missing but a function/],
      [
        () => Reflect.construct(PictureData, [{ file: [], image }]),
        /'files' of the options of PictureData is missing/,
      ],
      [
        () => Reflect.construct(PictureData, [{ files: [1], image }]),
        /'files\.0' of the options of PictureData is 1/,
      ],
      [() => Reflect.apply(summarise, undefined, [{}]), /list of outcomes is an object but a list/],
      [
        () => Reflect.apply(summarise, undefined, [[{ task, shots: 1, accuracy: '1' }]]),
        /'0\.accuracy' of the list of outcomes is '1' but a number/,
      ],
      [() => Reflect.apply(textOnly, undefined, [null]), /The example is null but an object/],
      [() => Reflect.apply(textOnly, undefined, [{ txt: 'a' }]), /'text' of the example is missing/],
    ];
    for (const [call, sentence] of wrong) await refuses(Promise.resolve().then(call), sentence);
  });
});
