import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { huggingFaceModel } from '../../compiler/checkpoints/hugging-face.ts';
import { compile } from '../../compiler/compile.ts';
import { ModelError } from '../../dsl/index.ts';
import { TokenDistribution } from '../../runtime/generate/token-distribution.ts';
import type { Packing } from '../../runtime/media/packing.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { assertClose } from '../models/close.ts';
import { packedPrefill } from '../models/language-feeds.ts';
import { openReference } from '../models/reference.ts';
import { flamingo } from './run-cli.ts';

const FOLDER = 'tests/references/idefics-instruct';
const [a, b, c] = ['0', '1', '2'].map((index) => `${FOLDER}-${index}.png`) as [string, string, string];
const picture = '<fake_token_around_image><image><fake_token_around_image>';
const pair = '<fake_token_around_image><image><fake_token_around_image><image><fake_token_around_image>';

/** What `tests/references/idefics_folder.py` gives Idefics' processor, as this project's prompts. */
const PROMPTS: Readonly<Record<string, Prompt>> = {
  dialogue: {
    turns: [
      { speaker: 'user', image: a, text: 'What is this?' },
      { speaker: 'assistant', text: 'A cat.' },
      { speaker: 'user', images: [b, c], text: 'And these?' },
    ],
  },
  'text-first': {
    turns: [
      { speaker: 'user', text: 'What is this?' },
      { speaker: 'assistant', text: 'What?' },
      { speaker: 'user', image: a, text: 'This.' },
    ],
  },
  examples: {
    shots: [
      { image: a, text: ' A cat. ' },
      { images: [b, c], text: 'Two cats.' },
    ],
    query: { image: c, text: 'A' },
  },
  documents: { text: `This${picture}is a cat.</s>Cats${pair}are two.</s>`, media: [a, b, c] },
  forgotten: { text: `${picture}A cat.</s>What is`, media: [a] },
  'no-picture': { turns: [{ speaker: 'user', text: 'This is this.' }] },
};
const entries = Object.entries(PROMPTS);

describe('an Idefics compiled from its folder alone', () => {
  let folder: string;
  let out: string;
  let engine: Engine;
  let file: SafetensorsFile;
  const numbers = async (name: string) =>
    Array.from((await file.read(name)) as Iterable<bigint | number>, Number);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'idefics-'));
    out = join(folder, 'artifact');
    const { code, stdout, stderr } = await flamingo('compile', FOLDER, '--out', out);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /idefics-instruct -> .*loaded/s);
    assert.match(
      stderr,
      /^[^\n]*2 tensors \(model\.vision_model\.post_layernorm\.[^\n]*\n$/,
      'no other notes',
    );
    engine = await Engine.open({ directory: out, verify: true, imageMemory: 2 ** 24, threads: 1 });
    file = await openReference('idefics-instruct.safetensors');
  });
  after(async () => {
    await engine?.close();
    await rm(folder, { recursive: true });
  });

  it('knows what ends an answer, and what none has, from the files', () => {
    assert.deepEqual(engine.manifest.language.tokens, {
      image: '<image>',
      endOfChunk: '<end_of_utterance>',
      padding: '<unk>',
      beginning: '<s>',
      beginningInText: true,
      end: '</s>',
      aroundImages: '<fake_token_around_image>',
      endOfDocument: '</s>',
      suppressedTokens: ['<fake_token_around_image>', '<image>', '<unk>'],
    });
    assert.deepEqual(engine.manifest.image, {
      ...{ size: 21, resize: 'stretch', interpolation: 'bicubic', maxFrames: 1 },
      mean: [0.48145466, 0.4578275, 0.40821073],
      std: [0.26862954, 0.26130258, 0.27577711],
    });
  });

  it('says what to make of a tokenizer in another format', async () => {
    for (const name of ['tokenizer.model', 'merges.txt']) {
      const { code, stderr } = await flamingo(
        'compile',
        FOLDER,
        '--tokenizer',
        name,
        '--out',
        join(folder, 'none'),
      );
      assert.equal(code, 3);
      assert.ok(
        stderr.startsWith(`error: ${name} is a tokenizer in another format than tokenizer.json: give`),
        stderr,
      );
    }
  });

  it('has the first word after the beginning as transformers 5 has it, whose tokenizers mark the first word alone', async () => {
    const other = join(folder, 'metaspace');
    await cp(FOLDER, other, { recursive: true });
    const path = join(other, 'tokenizer.json');
    const json = JSON.parse(await readFile(path, 'utf8'));
    const pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
    await writeFile(path, JSON.stringify({ ...json, normalizer: null, pre_tokenizer }));
    const compiled = join(folder, 'metaspace-artifact');
    assert.equal((await flamingo('compile', other, '--out', compiled)).code, 0);
    const second = await Engine.open({ directory: compiled, verify: true, imageMemory: 2 ** 24, threads: 1 });
    try {
      const prompt: Prompt = { turns: [{ speaker: 'user', images: [a, b], text: 'And these?' }] };
      const { tokens } = await second.prepare(prompt, 0);
      // U, where the mark and U together are 354.
      assert.deepEqual(tokens.slice(0, 2), [1, 311]);
      const [answer] = await second.generate([prompt], { maxNewTokens: 6 });
      assert.deepEqual(answer?.tokens, [189, 260, 164, 2]);
    } finally {
      await second.close();
    }
  });

  for (const [name, prompt] of entries) {
    it(`writes, masks and predicts as transformers does: ${name}`, async () => {
      const { tokens } = await engine.prepare(prompt, 0);
      assert.deepEqual(tokens, await numbers(`input.${name}.ids`));

      const [, images = 0] = file.tensor(`input.${name}.image_attention_mask`).shape;
      const mask = await numbers(`input.${name}.image_attention_mask`);
      const layout = packedPrefill([tokens], engine.tokenizer.special);
      const looked = tokens.flatMap((_, token) =>
        Array.from({ length: images }, (_, image) => (imageOf(layout, token) === image ? 1 : 0)),
      );
      assert.deepEqual(looked, mask);

      const logits = await file.readFloat32(`output.${name}.logits`);
      const { vocabulary } = engine.manifest.language;
      const found = await engine.predictions(prompt);
      assert.equal(logits.length, found.length * vocabulary);
      for (const [token, row] of found.entries()) {
        const expected = new TokenDistribution(
          logits.subarray(token * vocabulary, (token + 1) * vocabulary),
        ).logProbabilities();
        assertClose(row, expected);
      }
    });
  }

  it("gives transformers' greedy answers with the cache, in a batch and one at a time", async () => {
    const expected = await Promise.all(entries.map(([name]) => numbers(`output.${name}.tokens`)));
    const scores = await Promise.all(entries.map(([name]) => file.readFloat32(`output.${name}.scores`)));
    const longest = Math.max(...expected.map((tokens) => tokens.length));
    const ended = expected.filter((tokens) => tokens.length < longest).map((tokens) => tokens.at(-1));
    assert.equal(new Set(ended).size, 2, 'both tokens that end an answer occur');
    const prompts = entries.map(([, prompt]) => prompt);
    const options = { maxNewTokens: longest };
    const alone: Awaited<ReturnType<Engine['generate']>> = [];
    for (const prompt of prompts) alone.push(...(await engine.generate([prompt], options)));
    for (const answers of [await engine.generate(prompts, options), alone]) {
      for (const [index, answer] of answers.entries()) {
        assert.deepEqual(answer.tokens, expected[index]);
        assertClose(answer.scores, scores[index] ?? []);
      }
    }
  });

  it('is asked in a dialogue by the command line, unless told not to', async () => {
    const question = ['--image', b, '--image', c, '--text', 'And these?', '--json'];
    const example = ['--shot', a, 'What is this? Assistant: A cat.'];
    const run = (...words: readonly string[]) => flamingo('run', out, ...words, ...question);
    const expected = await numbers('output.dialogue.tokens');
    const asked = await run(...example, '--max-new-tokens', String(expected.length));
    assert.equal(asked.code, 0, asked.stderr);
    assert.deepEqual(JSON.parse(asked.stdout).tokens, expected);

    const plain = await run('--shot', a, 'A cat.', '--no-dialogue', '--max-new-tokens', '4');
    assert.equal(plain.code, 0, plain.stderr);
    const [answer] = await engine.generate(
      [{ shots: [{ image: a, text: 'A cat.' }], query: { images: [b, c], text: 'And these?' } }],
      { maxNewTokens: 4 },
    );
    assert.deepEqual(JSON.parse(plain.stdout).tokens, answer?.tokens);

    const unanswered = await run('--shot', a, 'A cat.');
    assert.equal(unanswered.code, 3);
    assert.match(
      unanswered.stderr,
      /^error: The example 'A cat\.' has no 'Assistant:' before its answer[^\n]*\n$/,
    );
  });

  it('is evaluated in a dialogue too, and a task that is none is named with its line', async () => {
    const [answer] = await engine.generate([PROMPTS.dialogue ?? assert.fail()], { maxNewTokens: 20 });
    const pictures = { images: [resolve(b), resolve(c)], text: 'And these?' };
    const shot = { image: resolve(a), text: 'What is this? Assistant: A cat.' };
    const tasks = [
      { id: '1', kind: 'dialogue', shots: [shot], ...pictures, answers: [answer?.text] },
      { id: '2', kind: 'dialogue', shots: [{ ...shot, text: 'A cat.' }], ...pictures, answers: ['x'] },
    ];
    const path = join(folder, 'tasks.jsonl');
    await writeFile(path, tasks.map((task) => JSON.stringify(task)).join('\n'));
    const { code, stdout, stderr } = await flamingo('evaluate', out, path, '--json');
    assert.equal(code, 3, stderr);
    const { results, problems } = JSON.parse(stdout);
    assert.equal(results.length, 1);
    assert.deepEqual([results[0].tasks, results[0].accuracy], [1, 1]);
    assert.match(problems[0].message, /line 2.* has no 'Assistant:' before its answer/);
  });
});

/** The image that a token of one prompt looks at. */
function imageOf({ hasMedia, mediaSlots, chunk }: Packing, token: number): number | undefined {
  return hasMedia[token] === 1 ? Math.floor(Number(mediaSlots[token]) / chunk) : undefined;
}

describe('a folder of Hugging Face that says something else', () => {
  let folder: string;
  let model: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'idefics-'));
    model = join(folder, 'model');
    await cp(FOLDER, model, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const edit = async (name: string, change: (json: Record<string, unknown>) => void) => {
    const json = JSON.parse(await readFile(join(model, name), 'utf8'));
    change(json);
    await writeFile(join(model, name), JSON.stringify(json));
  };
  const refuses = (sentence: RegExp) =>
    assert.rejects(huggingFaceModel({ folder: model }), (error: unknown) => {
      assert.ok(error instanceof UserError || error instanceof ModelError, String(error));
      assert.match(error.message, sentence);
      assert.match(error.message, /^[^\n]+\.$/);
      return true;
    });

  it('is refused for a model type that is no visual language model, or none', async () => {
    await edit('config.json', (config) => {
      config.model_type = 'llama';
    });
    await refuses(
      /'llama', which is no visual .*known are idefics, idefics3, llava, smolvlm; an OpenFlamingo on this .*--language/,
    );
    await edit('config.json', (config) => {
      config.model_type = 'siglip';
    });
    await refuses(/'siglip', which is no .*; an OpenFlamingo on this vision encoder is given by .*--vision/);
    await edit('config.json', (config) => {
      config.model_type = 'bert';
    });
    await refuses(
      /of model_type 'bert', which is no visual .*known are idefics, idefics3, llava, smolvlm\.$/,
    );
    await edit('config.json', (config) => {
      delete config.model_type;
    });
    await refuses(/config\.json has no model_type/);
    await rm(join(model, 'config.json'));
    await refuses(/has no config\.json/);
  });

  it("is refused for a language model's weights alone", async () => {
    for (const name of await readdir(model))
      if (/\.(safetensors|bin)/.test(name)) await rm(join(model, name));
    await cp(
      'tests/references/whole/llama-tied/language/pytorch_model.bin',
      join(model, 'pytorch_model.bin'),
    );
    await refuses(
      /these weights are those of one of .*LLaMA.* \(model\..*\), but config\.json in .* says 'idefics'; give the config and/,
    );
  });

  it('is refused for weights without a head, and for fields that are not honoured', async () => {
    await edit('config.json', (config) => {
      config.architectures = ['IdeficsModel'];
    });
    await refuses(/those of IdeficsModel, but a whole model is IdeficsForVisionText2Text/);
    await edit('config.json', (config) => {
      config.architectures = null;
      config.sliding_window = 4;
    });
    await refuses(/sliding_window is not known to this project/);
  });

  it('is refused for pictures of another size, and without one', async () => {
    await edit('preprocessor_config.json', (config) => {
      config.image_size = 28;
    });
    await refuses(/makes pictures of 28 pixels, but the vision encoder takes squares of 21/);
    await edit('preprocessor_config.json', (config) => {
      delete config.image_size;
    });
    await refuses(/says neither size nor image_size/);
  });

  it('is refused for a tokenizer without the marks of images, and with ids that do not fit', async () => {
    await edit('tokenizer.json', (json) => {
      json.added_tokens = (json.added_tokens as { id: number }[]).filter(({ id }) => id < 365);
    });
    await edit('added_tokens.json', (json) => {
      json['<image>'] = 400;
    });
    await refuses(/gives '<end_of_utterance>' the id 367, but the next id of the tokenizer is 366/);
    await rm(join(model, 'added_tokens.json'));
    await edit('generation_config.json', (json) => {
      delete json.bad_words_ids;
      json.eos_token_id = 2;
    });
    await refuses(/lacks <image> and <fake_token_around_image>, .*add them to "added_tokens"/);
    await edit('generation_config.json', (json) => {
      json.eos_token_id = [2, 400];
    });
    await refuses(/name the token 400, which .*tokenizer\.json does not have/);
    await edit('generation_config.json', (json) => {
      json.eos_token_id = 'two';
    });
    await refuses(/generation_config\.json has no token ids where they are expected: eos_token_id/);
  });

  it('takes the added tokens of an older tokenizer, and what transformers 5 calls the preprocessing', async () => {
    await edit('tokenizer.json', (json) => {
      json.added_tokens = (json.added_tokens as { id: number }[]).filter(({ id }) => id < 365);
    });
    const preprocessor = JSON.parse(await readFile(join(model, 'preprocessor_config.json'), 'utf8'));
    await rm(join(model, 'preprocessor_config.json'));
    const processor = { image_processor: { ...preprocessor, image_mean: [0.5, 0.5, 0.5] } };
    await writeFile(join(model, 'processor_config.json'), JSON.stringify(processor));
    const { program, tokenizer, notes } = await huggingFaceModel({ folder: model });
    assert.deepEqual(notes, []);
    assert.deepEqual(program.facts.image?.mean, [0.5, 0.5, 0.5]);
    const { added_tokens: added } = JSON.parse(Buffer.from(tokenizer).toString('utf8'));
    assert.deepEqual(
      added.slice(-3).map(({ id, content }: { id: number; content: string }) => [id, content]),
      [
        [365, '<fake_token_around_image>'],
        [366, '<image>'],
        [367, '<end_of_utterance>'],
      ],
    );
  });

  it('is a base model without the end of an utterance, and says what it leaves aside', async () => {
    await edit('tokenizer.json', (json) => {
      json.added_tokens = (json.added_tokens as { id: number }[]).filter(({ id }) => id < 367);
    });
    await edit('added_tokens.json', (json) => {
      delete json['<end_of_utterance>'];
    });
    await edit('generation_config.json', (json) => {
      Object.assign(json, {
        eos_token_id: 2,
        bad_words_ids: [[3, 4], [5]],
        temperature: 0.7,
        do_sample: null,
      });
    });
    await edit('tokenizer_config.json', (json) => {
      Object.assign(json, { chat_template: '{{ messages }}', clean_up_tokenization_spaces: true, tool: 'x' });
    });
    await edit('tokenizer.json', (json) => {
      json.truncation = { direction: 'Right', max_length: 8, strategy: 'LongestFirst', stride: 0 };
      json.padding = {
        strategy: { Fixed: 8 },
        direction: 'Right',
        pad_id: 0,
        pad_type_id: 0,
        pad_token: '<unk>',
      };
    });
    await edit('config.json', (json) => {
      json.additional_vocab_size = 3;
    });
    await rm(join(model, 'preprocessor_config.json'));
    const made = await huggingFaceModel({ folder: `${model}/` });
    assert.equal(made.program.name, 'model');
    const { tokens, dialogue } = made.program.facts.language;
    assert.equal(tokens.endOfChunk, null);
    assert.equal(tokens.endOfDocument, '</s>');
    assert.deepEqual(tokens.suppressedTokens, ['<fake_token_around_image>', '<0x02>']);
    assert.deepEqual(dialogue, { assistant: 'Assistant', userTurnsEnd: false, tuned: false });
    const notes = made.notes.join('\n');
    assert.match(notes, /chat_template is not used/);
    assert.match(notes, /clean_up_tokenization_spaces is not done/);
    assert.match(notes, /tokenizer\.json: its truncation is not done/);
    assert.match(notes, /tokenizer\.json: its padding is not done/);
    assert.match(notes, /tool is not known to this project, and not honoured/);
    assert.match(notes, /temperature 0\.7, bad_words_ids \[\[3,4\]\] not kept/);
    assert.match(notes, /The folder has no preprocessor_config\.json/);
    assert.doesNotMatch(notes, /do_sample/);
    assert.deepEqual(made.program.facts.image?.mean, [0.48145466, 0.4578275, 0.40821073]);
    const out = join(folder, 'artifact');
    await compile(made.program, { ...made, out, source: model });
    assert.ok((await readdir(out)).includes('client.mjs'));
    const { code, stdout, stderr } = await flamingo(
      ...['run', out, '--shot', a, 'A cat.', '--image', b, '--text', 'A', '--max-new-tokens', '3'],
    );
    assert.equal(code, 0, stderr);
    assert.notEqual(stdout, '');
  });

  it('goes with no other parts', async () => {
    const out = join(folder, 'out');
    const parts = await flamingo('compile', model, '--vision', 'x', '--out', out);
    assert.match(parts.stderr, /--vision does not go with a model folder/);
    assert.equal(parts.code, 2);
    const weights = await flamingo('compile', model, '--weights', 'x', '--out', out);
    assert.match(weights.stderr, /--weights does not go with a model folder, which has them/);
    assert.equal(weights.code, 2);
  });
});
