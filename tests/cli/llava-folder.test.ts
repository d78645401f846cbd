import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { huggingFaceModel } from '../../compiler/checkpoints/hugging-face.ts';
import { compile } from '../../compiler/compile.ts';
import { spellings, unusedReason } from '../../compiler/weights/match/checkpoint-names.ts';
import { ModelError } from '../../dsl/index.ts';
import { TokenDistribution } from '../../runtime/generate/token-distribution.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { assertClose } from '../models/close.ts';
import { openReference } from '../models/reference.ts';
import { flamingo } from './run-cli.ts';

const FOLDER = 'tests/references/llava';
const [a, b] = [`${FOLDER}-0.png`, `${FOLDER}-1.png`] as const;
const PROMPTS: Readonly<Record<string, Prompt>> = {
  question: { text: 'USER: <image>\nWhat is this? ASSISTANT:', media: [a] },
  two: { text: 'USER: <image>\nThis? ASSISTANT: A cat. USER: <image>\nThis? ASSISTANT:', media: [b, a] },
  text: { text: 'USER: What is this? ASSISTANT:', media: [] },
};
const entries = Object.entries(PROMPTS);

describe('a LLaVA compiled from its folder alone', () => {
  let folder: string;
  let out: string;
  let engine: Engine;
  let file: SafetensorsFile;
  const numbers = async (name: string) =>
    Array.from((await file.read(name)) as Iterable<bigint | number>, Number);

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llava-'));
    out = join(folder, 'artifact');
    const { code, stdout, stderr } = await flamingo('compile', FOLDER, '--out', out);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /llava -> .*loaded/s);
    assert.match(
      stderr,
      /^[^\n]*16 tensors \(vision_tower[^\n]*layers after[^\n]*\n[^\n]*2 tensors \(vision_tower\.post_layernorm[^\n]*\n$/,
      'no other notes',
    );
    engine = await Engine.open({ directory: out, verify: true, imageMemory: 2 ** 24, threads: 1 });
    file = await openReference('llava.safetensors');
  });
  after(async () => {
    await engine?.close();
    await rm(folder, { recursive: true });
  });

  for (const [name, prompt] of entries) {
    it(`writes and predicts as transformers does: ${name}`, async () => {
      const { tokens } = await engine.prepare(prompt, 0);
      assert.deepEqual(tokens, await numbers(`input.${name}.ids`));
      const predicted = (await engine.predictions(prompt)).at(-1) ?? assert.fail();
      const logits = await file.readFloat32(`output.${name}.logits`);
      assertClose(predicted, new TokenDistribution(logits).logProbabilities());
      const expected = await numbers(`output.${name}.tokens`);
      const [answer] = await engine.generate([prompt], { maxNewTokens: expected.length });
      assert.deepEqual(answer?.tokens, expected);
    });
  }

  it('writes dialogues as its chat template does', async () => {
    const dialogue: Prompt = {
      turns: [
        { speaker: 'user', image: b, text: 'This?' },
        { speaker: 'assistant', text: 'A cat.' },
        { speaker: 'user', image: a, text: 'This?' },
      ],
    };
    const { tokens } = await engine.prepare(dialogue, 0);
    assert.deepEqual(tokens, await numbers('input.two.ids'));
  });

  it('is asked in a dialogue by the command line', async () => {
    const expected = await numbers('output.two.tokens');
    const words = ['--shot', b, 'This? ASSISTANT: A cat.', '--image', a, '--text', 'This?', '--json'];
    const { code, stdout, stderr } = await flamingo(
      'run',
      out,
      ...words,
      '--max-new-tokens',
      `${expected.length}`,
    );
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout).tokens, expected);
  });

  it('answers alike in a batch', async () => {
    const prompts = entries.map(([, prompt]) => prompt);
    const answers = await engine.generate(prompts, { maxNewTokens: 8 });
    for (const [index, [name]] of entries.entries()) {
      assert.deepEqual(answers[index]?.tokens, await numbers(`output.${name}.tokens`));
    }
  });
});

describe('a LLaVA on a SigLIP', () => {
  let folder: string;
  let engine: Engine;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llava-'));
    const { program, tokenizer, weights, notes } = await huggingFaceModel({ folder: `${FOLDER}-siglip` });
    assert.deepEqual(notes, []);
    const out = join(folder, 'artifact');
    await compile(program, { tokenizer, weights, out });
    engine = await Engine.open({ directory: out, verify: true, imageMemory: 2 ** 24, threads: 1 });
  });
  after(async () => {
    await engine?.close();
    await rm(folder, { recursive: true });
  });

  it('predicts and answers as transformers does, from all features after the last layer', async () => {
    const file = await openReference('llava-siglip.safetensors');
    const numbers = async (name: string) =>
      Array.from((await file.read(name)) as Iterable<bigint | number>, Number);
    for (const [name, prompt] of entries) {
      assert.deepEqual((await engine.prepare(prompt, 0)).tokens, await numbers(`input.${name}.ids`));
      const predicted = (await engine.predictions(prompt)).at(-1) ?? assert.fail();
      const logits = await file.readFloat32(`output.${name}.logits`);
      assertClose(predicted, new TokenDistribution(logits).logProbabilities());
      const expected = await numbers(`output.${name}.tokens`);
      const [answer] = await engine.generate([prompt], { maxNewTokens: expected.length });
      assert.deepEqual(answer?.tokens, expected);
    }
  });
});

describe('a folder of LLaVA that says something else', () => {
  let folder: string;
  let model: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llava-'));
    model = join(folder, 'model');
    await cp(FOLDER, model, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  type Config = Record<string, unknown>;
  const edit = async (change: (config: Config) => Config) => {
    const path = join(model, 'config.json');
    await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))));
  };
  const partOf = (config: Config, part: string): Config =>
    Object.fromEntries(Object.entries(config[part] ?? {}));

  const refused: Readonly<Record<string, readonly [(config: Config) => Config, RegExp]>> = {
    'features of several layers': [
      (config) => ({ ...config, vision_feature_layer: [-2, -3] }),
      /vision_feature_layer is \[-2,-3\] \(features of several layers/,
    ],
    'a layer that the encoder has not': [
      (config) => ({ ...config, vision_feature_layer: -6 }),
      /vision_feature_layer -6, but its vision encoder has 4 layers/,
    ],
    'another vision encoder': [
      (config) => ({
        ...config,
        vision_config: { ...partOf(config, 'vision_config'), model_type: 'pixtral' },
      }),
      /vision_config of this LLaVA model is of model_type "pixtral"; known are clip_vision_model, siglip_vision_model/,
    ],
    'a SigLIP without a class token of which one is taken off': [
      (config) => ({
        ...config,
        vision_config: { ...partOf(config, 'vision_config'), model_type: 'siglip_vision_model' },
      }),
      /strategy "default", which leaves the class token aside, but its SigLIP has none/,
    ],
    'a token that the tokenizer has not': [
      (config) => ({ ...config, image_token_index: 400 }),
      /image_token_index 400, but the tokenizer has no token of that id/,
    ],
    'another way to choose features': [
      (config) => ({ ...config, vision_feature_select_strategy: 'cls_patch' }),
      /vision_feature_select_strategy is "cls_patch"/,
    ],
    'a head tied in one place alone': [
      (config) => ({ ...config, tie_word_embeddings: true }),
      /tie_word_embeddings true, but its text_config does not/,
    ],
    'a language model that is not known': [
      (config) => ({ ...config, text_config: { ...partOf(config, 'text_config'), model_type: 'rwkv' } }),
      /language model is of model_type 'rwkv'; known are/,
    ],
    'a field that nobody knows': [
      (config) => ({ ...config, projector_norm: true }),
      /projector_norm is not known to this project/,
    ],
  };
  for (const [name, [change, sentence]] of Object.entries(refused)) {
    it(`is refused for ${name}`, async () => {
      await edit(change);
      await assert.rejects(huggingFaceModel({ folder: model }), (error: unknown) => {
        assert.ok(error instanceof UserError || error instanceof ModelError, String(error));
        assert.match(error.message, sentence);
        assert.match(error.message, /^[^\n]+\.$/);
        return true;
      });
    });
  }

  it('finds its weights under the names that releases before 5 saved, and those of the classes since 4.52', async () => {
    const { program } = await huggingFaceModel({ folder: model });
    const names = new Set(
      [...program.parameters.keys()].flatMap((name) => spellings(program, name).map((each) => each.name)),
    );
    for (const name of [
      'vision_tower.vision_model.embeddings.class_embedding',
      'vision_tower.vision_model.encoder.layers.0.self_attn.q_proj.weight',
      'multi_modal_projector.linear_1.bias',
      'language_model.model.layers.1.mlp.up_proj.weight',
      'language_model.lm_head.weight',
      'model.vision_tower.vision_model.pre_layrnorm.weight',
      'model.vision_tower.encoder.layers.2.mlp.fc1.bias',
      'model.multi_modal_projector.linear_2.weight',
      'model.language_model.embed_tokens.weight',
      'lm_head.weight',
    ]) {
      assert.ok(names.has(name), name);
    }
    for (const prefix of [
      'vision_tower.',
      'model.vision_tower.',
      'vision_tower.vision_model.',
      'model.vision_tower.vision_model.',
    ]) {
      for (const unused of ['encoder.layers.3.mlp.fc1.bias', 'post_layernorm.weight']) {
        assert.ok(unusedReason(program.checkpointNames, `${prefix}${unused}`), `${prefix}${unused}`);
      }
      assert.equal(
        unusedReason(program.checkpointNames, `${prefix}encoder.layers.2.mlp.fc1.bias`),
        undefined,
      );
    }
  });

  it('begins a prompt with all that its tokenizer has before a text', async () => {
    const path = join(model, 'tokenizer.json');
    const json = JSON.parse(await readFile(path, 'utf8'));
    const special = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
    const sequence = [special('<s>'), special('<end_of_utterance>'), { Sequence: { id: 'A', type_id: 0 } }];
    const tokens = Object.fromEntries(
      [
        ['<s>', 1],
        ['<end_of_utterance>', 367],
      ].map(([id, number]) => [id, { id, ids: [number], tokens: [id] }]),
    );
    const post_processor = {
      type: 'TemplateProcessing',
      single: sequence,
      pair: sequence,
      special_tokens: tokens,
    };
    await writeFile(path, JSON.stringify({ ...json, post_processor }));
    const { beginning, afterBeginning } = (await huggingFaceModel({ folder: model })).program.facts.language
      .tokens;
    assert.deepEqual([beginning, afterBeginning], ['<s>', ['<end_of_utterance>']]);
  });

  it('has as many features as places, and one more with the class token', async () => {
    const features = async () => (await huggingFaceModel({ folder: model })).program.facts.media;
    assert.deepEqual(await features(), { way: 'spliced', features: 9, dim: 24 });
    await edit((config) => ({ ...config, vision_feature_select_strategy: 'full' }));
    assert.deepEqual(await features(), { way: 'spliced', features: 10, dim: 24 });
  });

  it('is read as the published ones say it, who leave out what is usual', async () => {
    await edit((config) => {
      const {
        rope_parameters: _rope,
        head_dim: _head,
        model_type: _type,
        ...text
      } = partOf(config, 'text_config');
      const { multimodal_projector_bias: _bias, image_seq_length: _length, dtype: _dtype, ...rest } = config;
      const published = { ignore_index: -100, pad_token_id: 368, torch_dtype: 'float16', vocab_size: 373 };
      return { ...rest, ...published, text_config: text };
    });
    const { program, notes } = await huggingFaceModel({ folder: model });
    assert.equal(program.facts.language.vocabulary, 374);
    assert.deepEqual(notes, []);
  });
});
