import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { huggingFaceModel } from '../../compiler/checkpoints/hugging-face.ts';
import { spellings } from '../../compiler/weights/match/checkpoint-names.ts';
import { ModelError } from '../../dsl/index.ts';
import { TokenDistribution } from '../../runtime/generate/token-distribution.ts';
import { filePictures } from '../../runtime/images/file-pictures.ts';
import { loadImage } from '../../runtime/images/load-image.ts';
import { loadTiles } from '../../runtime/images/tiles.ts';
import type { Dialogue, Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { assertClose } from '../models/close.ts';
import { openReference } from '../models/reference.ts';
import { flamingo } from './run-cli.ts';

const FOLDERS = 'tests/references';
const [a, b] = [`${FOLDERS}/smolvlm-0.png`, `${FOLDERS}/smolvlm-1.png`] as const;
const EXAMPLE: Dialogue['turns'] = [
  { speaker: 'user', image: b, text: 'This?' },
  { speaker: 'assistant', text: 'A cat.' },
];
const PROMPTS: Readonly<Record<string, Prompt>> = {
  question: { turns: [{ speaker: 'user', image: a, text: 'What is this?' }] },
  two: {
    turns: [...EXAMPLE, { speaker: 'user', image: a, text: 'This?' }],
  },
  row: { turns: [{ speaker: 'user', images: [a, b], text: 'These?' }] },
  text: { turns: [{ speaker: 'user', text: 'What is this?' }] },
};
const entries = Object.entries(PROMPTS);

for (const [name, what] of [
  ['smolvlm', 'an Idefics 3 whose pictures are shown whole'],
  ['smolvlm2', 'a SmolVLM 2 whose pictures are cut into tiles'],
] as const) {
  describe(`${what}, compiled from its folder alone`, () => {
    let folder: string;
    let out: string;
    let engine: Engine;
    let file: SafetensorsFile;
    const numbers = async (tensor: string) =>
      Array.from((await file.read(tensor)) as Iterable<bigint | number>, Number);

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'smolvlm-'));
      out = join(folder, 'artifact');
      const { code, stdout, stderr } = await flamingo('compile', `${FOLDERS}/${name}`, '--out', out);
      assert.equal(code, 0, stderr);
      assert.match(stdout, /smolvlm2? -> .*loaded/s);
      assert.equal(stderr, '', 'no notes');
      engine = await Engine.open({ directory: out, verify: true, imageMemory: 2 ** 24, threads: 1 });
      file = await openReference(`${name}.safetensors`);
    });
    after(async () => {
      await engine?.close();
      await rm(folder, { recursive: true });
    });

    it('reads a picture as its image processor does', async () => {
      const { image } = engine.manifest;
      assert.ok(image);
      const { tiles } = image;
      const pixels =
        tiles === undefined
          ? await loadImage(a, image)
          : (await loadTiles(filePictures, a, { ...image, tiles }, 'shown')).pixels;
      assertClose(pixels, await file.readFloat32('input.question.pixels'), 1e-6);
    });

    for (const [prompt, asked] of entries) {
      it(`writes, predicts and answers as transformers does: ${prompt}`, async () => {
        const { tokens } = await engine.prepare(asked, 0);
        assert.deepEqual(tokens, await numbers(`input.${prompt}.ids`));
        const predicted = (await engine.predictions(asked)).at(-1) ?? assert.fail();
        const logits = await file.readFloat32(`output.${prompt}.logits`);
        assertClose(predicted, new TokenDistribution(logits).logProbabilities());
        const expected = await numbers(`output.${prompt}.tokens`);
        const [answer] = await engine.generate([asked], { maxNewTokens: expected.length });
        assert.deepEqual(answer?.tokens, expected);
      });
    }

    it('is asked in a dialogue by the command line, after an example and between choices', async () => {
      const words = [
        'run',
        out,
        '--shot',
        b,
        'This? Assistant: A cat.',
        '--image',
        a,
        '--text',
        'This?',
        '--json',
      ];
      const expected = await numbers('output.two.tokens');
      const asked = await flamingo(...words, '--max-new-tokens', `${expected.length}`);
      assert.equal(asked.code, 0, asked.stderr);
      assert.deepEqual(JSON.parse(asked.stdout).tokens, expected);
      const ranked = await flamingo(...words, '--choices', 'A dog.|A cat.');
      assert.equal(ranked.code, 0, ranked.stderr);
      const scores: { choice: string; logLikelihood: number }[] = JSON.parse(ranked.stdout).choices;
      const expectedScores = [...(await file.readFloat32('output.two.choices'))];
      const found = ['A dog.', 'A cat.'].map(
        (choice) => scores.find((each) => each.choice === choice)?.logLikelihood ?? Number.NaN,
      );
      assertClose(Float32Array.from(found), Float32Array.from(expectedScores));
    });

    it('answers alike in a batch, and after examples that are prepared', async () => {
      const answers = await engine.generate(
        entries.map(([, asked]) => asked),
        { maxNewTokens: 8 },
      );
      for (const [index, [prompt]] of entries.entries())
        assert.deepEqual(answers[index]?.tokens, await numbers(`output.${prompt}.tokens`));
      const { task } = await engine.tasks.prepare({ turns: EXAMPLE });
      const question = { image: a, text: 'This?' };
      const [answer] = await engine.generate([{ task, question }], { maxNewTokens: 8 });
      assert.deepEqual(answer?.tokens, await numbers('output.two.tokens'));
    });
  });
}

describe('a folder of SmolVLM that says something else', () => {
  let folder: string;
  let model: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'smolvlm-'));
    model = join(folder, 'model');
    await cp(`${FOLDERS}/smolvlm2`, model, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  type Config = Record<string, unknown>;
  const edit = async (file: string, change: (config: Config) => Config) => {
    const path = join(model, file);
    await writeFile(path, JSON.stringify(change(JSON.parse(await readFile(path, 'utf8')))));
  };
  const partOf = (config: Config, part: string): Config =>
    Object.fromEntries(Object.entries(config[part] ?? {}));
  const within = (part: string, changed: Config) => (config: Config) => ({
    ...config,
    [part]: { ...partOf(config, part), ...changed },
  });

  const CONFIG = 'config.json';
  const PICTURES = 'preprocessor_config.json';
  const refused: Readonly<Record<string, readonly [string, (config: Config) => Config, RegExp]>> = {
    'a token that the tokenizer has not': [
      CONFIG,
      (config) => ({ ...config, image_token_id: 400 }),
      /image_token_id 400, but the tokenizer has no token of that id/,
    ],
    'a square that does not fit its features': [
      CONFIG,
      (config) => ({ ...config, scale_factor: 3 }),
      /scale 3 must divide the side of a square of features, but the vision encoder gives 16, 4 on each side/,
    ],
    'two squares': [
      CONFIG,
      within('text_config', { pixel_shuffle_factor: 3 }),
      /scale_factor 2, but its text_config has pixel_shuffle_factor 3/,
    ],
    'a resampler': [CONFIG, within('text_config', { use_resampler: true }), /use_resampler true/],
    'a head tied in one place alone': [
      CONFIG,
      within('text_config', { tie_word_embeddings: false }),
      /tie_word_embeddings true, but its text_config has false/,
    ],
    'places that the original gives twice': [
      CONFIG,
      within('vision_config', { image_size: 175 }),
      /25 patches on a side, on which the original gives some of them another's place/,
    ],
    'pictures of another size': [
      PICTURES,
      (config) => ({ ...config, max_image_size: { longest_edge: 56 } }),
      /makes pictures of 56 pixels .*but the vision encoder takes squares of 28/,
    ],
    'more tiles than are done': [
      PICTURES,
      (config) => ({ ...config, size: { longest_edge: 280 } }),
      /longer side of a picture to 280 pixels, for 100 tiles of 28/,
    ],
    'pictures that are not resized': [
      PICTURES,
      (config) => ({ ...config, do_resize: false }),
      /do_resize is false/,
    ],
    'a field that nobody knows': [
      PICTURES,
      (config) => ({ ...config, do_sharpen: true }),
      /do_sharpen is not known to this project/,
    ],
  };
  for (const [name, [file, change, sentence]] of Object.entries(refused)) {
    it(`is refused for ${name}`, async () => {
      await edit(file, change);
      await assert.rejects(huggingFaceModel({ folder: model }), (error: unknown) => {
        assert.ok(error instanceof UserError || error instanceof ModelError, String(error));
        assert.match(error.message, sentence);
        assert.match(error.message, /^[^\n]+\.$/);
        return true;
      });
    });
  }

  it('is refused for a tokenizer without what stands around pictures', async () => {
    const path = join(model, 'tokenizer.json');
    const json = await readFile(path, 'utf8');
    await writeFile(path, json.replaceAll('<fake_token_around_image>', '<another>'));
    await edit(
      'tokenizer_config.json',
      ({ additional_special_tokens: _, extra_special_tokens: __, ...rest }) => rest,
    );
    await assert.rejects(
      huggingFaceModel({ folder: model }),
      /has no token '<fake_token_around_image>', which stands around pictures/,
    );
  });

  it('is read as the published ones say it, with what they were trained with', async () => {
    await edit(CONFIG, (config) => ({
      ...config,
      torch_dtype: 'bfloat16',
      vocab_size: 283,
      'transformers.js_config': { kv_cache_dtype: { fp16: 'float16' } },
      use_reentrant_checkpointing: false,
      text_config: {
        ...partOf(config, 'text_config'),
        ...{ _flash_attn_2_enabled: true, _name_or_path: 'None', architectures: ['VLlama3ForCausalLM'] },
        ...{ is_llama_config: true, neftune_noise_alpha: 0, pixel_shuffle_factor: 2, qk_layer_norms: false },
        ...{ rope_interleaved: false, use_resampler: false, 'transformers.js_config': {} },
        perceiver_config: { model_type: 'vllama3', resampler_n_latents: 64, hidden_act: 'silu' },
      },
      vision_config: {
        ...partOf(config, 'vision_config'),
        ...{ model_type: 'idefics3', tie_word_embeddings: false, use_base_siglip: true },
        ...{ max_image_size: { longest_edge: 28 }, size: { longest_edge: 84 } },
      },
    }));
    await edit(PICTURES, (config) => ({
      ...config,
      processor_class: 'SmolVLMProcessor',
      video_sampling: { fps: 1, max_frames: 64, video_size: { longest_edge: 28 } },
    }));
    const { program, notes } = await huggingFaceModel({ folder: model });
    assert.deepEqual(notes, []);
    assert.equal(program.facts.language.vocabulary, 283);
    assert.equal(program.facts.image?.tiles, 9);
  });

  it('says how it cuts pictures where no file does', async () => {
    await rm(join(model, PICTURES));
    const { program, notes } = await huggingFaceModel({ folder: model });
    assert.match(
      notes.join(),
      /no preprocessor_config\.json: pictures are cut into tiles of 28 pixels, at most 4 on a side/,
    );
    const { tiles, tileGrid, longestEdge, interpolation } = program.facts.image ?? {};
    assert.deepEqual([tiles, tileGrid, longestEdge, interpolation], [16, 'filled', 112, 'lanczos']);
  });

  it('finds its weights under the names of every release', async () => {
    const { program } = await huggingFaceModel({ folder: `${FOLDERS}/smolvlm` });
    const names = new Set(
      [...program.parameters.keys()].flatMap((name) => spellings(program, name).map((each) => each.name)),
    );
    for (const name of [
      'model.vision_model.embeddings.patch_embedding.weight',
      'model.vision_model.embeddings.position_embedding.weight',
      'model.vision_model.encoder.layers.1.self_attn.q_proj.bias',
      'model.vision_model.post_layernorm.weight',
      'model.connector.modality_projection.proj.weight',
      'model.text_model.embed_tokens.weight',
      'model.text_model.layers.1.mlp.up_proj.weight',
      'model.text_model.norm.weight',
      'lm_head.weight',
    ]) {
      assert.ok(names.has(name), name);
    }
  });
});
