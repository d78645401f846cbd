import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { openFlamingoModel } from '../../compiler/checkpoints/open-flamingo.ts';
import { visionAt } from '../../compiler/checkpoints/vision-source.ts';
import { compile } from '../../compiler/compile.ts';
import { matchWeights } from '../../compiler/weights/match/match-weights.ts';
import { openWeights } from '../../compiler/weights/read/open-weights.ts';
import { ModelError, nameParameters } from '../../dsl/index.ts';
import { flamingo } from './run-cli.ts';

const execute = promisify(execFile);

describe('compiling what is on the disk', () => {
  let folder: string;
  let parts: string;
  let out: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'checkpoints-'));
    parts = join(folder, 'parts');
    out = join(folder, 'out', 'artifact');
    await mkdir(join(folder, 'out'));
    await cp('tests/references/open-flamingo-3b', parts, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true }));

  const words = () => [
    ...['compile', '--open-flamingo', join(parts, 'checkpoint.pt'), '--vision', join(parts, 'clip')],
    ...['--language', join(parts, 'language'), '--out', out],
  ];
  const edit = async (file: string, change: (json: Record<string, unknown>) => void) => {
    const json = JSON.parse(await readFile(join(parts, file), 'utf8'));
    change(json);
    await writeFile(join(parts, file), JSON.stringify(json));
  };
  /** One sentence, the code of bad input or of wrong use, and nothing left behind. */
  const refuses = async (given: readonly string[], sentence: RegExp, expected = 3) => {
    const { code, stdout, stderr } = await flamingo(...given);
    assert.match(stderr, sentence);
    assert.doesNotMatch(stderr, /\n +at |a fault of flamingo/);
    assert.equal(stdout, '');
    assert.equal(code, expected);
    assert.deepEqual(await readdir(join(folder, 'out')), []);
  };

  /** The same without a process of its own. */
  const compileRefuses = async (sentence: RegExp, checkpoint = join(parts, 'checkpoint.pt')) => {
    const compiled = openFlamingoModel({
      checkpoint,
      vision: join(parts, 'clip'),
      language: join(parts, 'language'),
    }).then(({ program, ...rest }) => compile(program, { ...rest, out, source: checkpoint }));
    await assert.rejects(compiled, (error: unknown) => {
      assert.ok(error instanceof UserError || error instanceof ModelError, String(error));
      assert.match(error.message, sentence);
      return true;
    });
    assert.deepEqual(await readdir(join(folder, 'out')), []);
  };

  it('compiles an OpenFlamingo from its parts, says what it left aside, relinks and answers', async () => {
    const { code, stdout, stderr } = await flamingo(...words(), '--name', 'mine');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /mine -> .*loaded/s);
    assert.match(stderr, /temperature 0\.7 not kept; give them to flamingo run/);
    assert.match(stderr, /special tokens it lacked were added, from id 48 on/);
    assert.match(stderr, /21 tensors \(text_model\..*CLIP's text tower/);
    assert.match(stderr, /epoch, optimizer_state_dict, lr_scheduler_state_dict left aside/);
    const manifest = JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8'));
    assert.deepEqual(manifest.language.tokens, {
      image: '<image>',
      endOfChunk: '<|endofchunk|>',
      padding: '<pad>',
      beginning: null,
      end: null,
    });
    assert.equal(manifest.image.size, 21);

    const weights = ['clip', 'language', 'checkpoint.pt'].flatMap((part) => ['--weights', join(parts, part)]);
    const relinked = await flamingo('relink', out, ...weights, '--copy-weights');
    assert.equal(relinked.code, 0, relinked.stderr);
    assert.match(relinked.stdout, /mine in .* has other weights/);
    const answered = await flamingo(
      'run',
      out,
      '--image',
      'tests/images/cat.png',
      '--text',
      'ABC',
      '--max-new-tokens',
      '3',
    );
    assert.equal(answered.code, 0, answered.stderr);
    const missing = await flamingo('relink', out, '--weights', join(parts, 'clip'));
    assert.equal(missing.code, 3);
    assert.match(missing.stderr, /\d+ missing/);
  });

  it("takes open_clip's folder and config, and OpenAI's file without one", async () => {
    const notes: string[] = [];
    const clip = join(parts, 'open-clip');
    await mkdir(clip);
    const file = join(clip, 'open_clip_pytorch_model.bin');
    await cp('tests/references/checkpoints/open-clip.pt', file);
    const vision_cfg = { image_size: 21, layers: 2, width: 12, patch_size: 7, head_width: 4 };
    const preprocess_cfg = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.25, 0.5] };
    const config = {
      model_cfg: { embed_dim: 4, vision_cfg, text_cfg: {}, quick_gelu: true },
      preprocess_cfg,
    };
    const write = (json: object) => writeFile(join(clip, 'open_clip_config.json'), JSON.stringify(json));
    await write(config);
    const encoder = await visionAt(clip, notes);
    assert.deepEqual(notes, []);
    assert.deepEqual(encoder.preprocessing.std, [0.5, 0.25, 0.5]);
    assert.deepEqual(encoder.options, {
      ...{ image: 21, patch: 7, dim: 12, layers: 2, heads: 3, inner: 48, activation: 'quick-gelu' },
    });
    const named = nameParameters({ vision: encoder.parts });
    matchWeights({ ...named, checkpointNames: encoder.checkpointNames }, [await openWeights(clip)]);

    await write({ model_cfg: { ...config.model_cfg, vision_cfg: { ...vision_cfg, pool_type: 'avg' } } });
    await assert.rejects(visionAt(clip, notes), /open_clip_config\.json asks for .*pool_type/);
    // The sizes themselves were read.
    await assert.rejects(visionAt(file, notes), /width 12, which heads of 64 do not divide/);
    assert.match(notes.join(), /has no config: its activation, heads of 64/);
    await assert.rejects(
      visionAt(join(parts, 'checkpoint.pt'), notes),
      /no tensor visual\.conv1\.weight, so it is no CLIP/,
    );
  });

  it("adds open_flamingo's padding where the tokenizer says that it has none, and takes its own where it has one", async () => {
    const paddingWith = async (map: object) => {
      await writeFile(join(parts, 'language/special_tokens_map.json'), JSON.stringify(map));
      const paths = { vision: join(parts, 'clip'), language: join(parts, 'language') };
      const { program, tokenizer } = await openFlamingoModel({
        checkpoint: join(parts, 'checkpoint.pt'),
        ...paths,
      });
      const { added_tokens: added } = JSON.parse(Buffer.from(tokenizer).toString('utf8'));
      const ids = Object.fromEntries(
        added.map(({ content, id }: { content: string; id: number }) => [content, id]),
      );
      return [program.facts.language.tokens.padding, ids];
    };
    const kept = { '<pad>': 1, '<|endofchunk|>': 48, '<image>': 49 };
    assert.deepEqual(await paddingWith({ pad_token: { content: '<pad>' } }), ['<pad>', kept]);
    assert.deepEqual(await paddingWith({ eos_token: 'A' }), ['<PAD>', { ...kept, '<PAD>': 50 }]);
    // A word of the vocabulary becomes special where it is, as by Hugging Face's add_special_tokens.
    assert.deepEqual(await paddingWith({ pad_token: 'C' }), ['C', { ...kept, C: 2 }]);
  });

  it('begins every prompt with all the tokens that the tokenizer has before a text', async () => {
    const token = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
    const beginsWith = async (single: readonly object[]) => {
      await edit('language/tokenizer.json', (tokenizer) => {
        tokenizer.added_tokens = [2, 3].map((id) => ({ ...{ id, content: 'ABCD'[id] }, special: true }));
        const template = { type: 'TemplateProcessing', single, pair: [], special_tokens: {} };
        tokenizer.post_processor = { type: 'Sequence', processors: [{ type: 'ByteLevel' }, template] };
      });
      const { program } = await openFlamingoModel({
        ...{ checkpoint: join(parts, 'checkpoint.pt'), vision: join(parts, 'clip') },
        language: join(parts, 'language'),
      });
      const { beginning, afterBeginning } = program.facts.language.tokens;
      return [beginning, afterBeginning];
    };
    const text = { Sequence: { id: 'A', type_id: 0 } };
    assert.deepEqual(await beginsWith([token('C'), token('D'), text]), ['C', ['D']]);
    assert.deepEqual(await beginsWith([token('C'), text, token('D')]), ['C', undefined]);
    assert.deepEqual(await beginsWith([text, token('D')]), [null, undefined]);
  });

  it('refuses a model that is told twice or half', async () => {
    await refuses(
      ['compile', 'models/presets/tiny.ts', '--vision', 'x', '--out', out],
      /--vision does not go with a model file/,
      2,
    );
    await refuses(
      ['compile', '--vision', 'x', '--out', out],
      /Give a model file, the name of a preset or a model folder, or an OpenFlamingo by all of/,
      2,
    );
    await refuses([...words(), '--weights', 'x'], /--weights does not go with --open-flamingo/, 2);
  });

  it('refuses a config whose sizes contradict the weights, and fields that it does not honour', async () => {
    await edit('clip/config.json', (config) => {
      Object.assign(config.vision_config as object, { intermediate_size: 48 });
    });
    await compileRefuses(
      /of another shape:[\s\S]*mlp\.fc1\.weight: the model has \[48, 6\], the file \[24, 6\]/,
    );
    await edit('clip/config.json', (config) => {
      Object.assign(config.vision_config as object, { intermediate_size: 24, patch_size: 8 });
    });
    await compileRefuses(
      /^The sizes in .*clip\/config\.json do not go together: .*patch is 8, which does not divide image = 21\.$/,
    );
    await edit('clip/config.json', (config) => {
      Object.assign(config.vision_config as object, { patch_size: 7 });
    });
    await edit('language/config.json', (config) => {
      config.sliding_window = 128;
    });
    await compileRefuses(/sliding_window is not known to this project/);
  });

  it("says whose weights they are where they are another family's than the config says", async () => {
    const own = await readFile(join(parts, 'language/config.json'), 'utf8');
    await cp('tests/references/whole/opt-untied/language/config.json', join(parts, 'language/config.json'));
    await compileRefuses(
      /model\.safetensors\.index\.json: these weights are those of MPT \(transformer\.blocks\.\d+\..*\), but config\.json in .*language says 'opt'; give the config and the weights of one model\.$/,
    );
    await writeFile(join(parts, 'language/config.json'), own);
    await compileRefuses(
      /llama-tied\/checkpoint\.pt was trained on one of .*, LLaMA, .* \(lang_encoder\.model\..*\), but the language model in .* is 'mosaic_gpt'; give the folder/,
      'tests/references/whole/llama-tied/checkpoint.pt',
    );
  });

  it('refuses a preprocessing that is not done, and one for pictures of another size', async () => {
    await edit('clip/preprocessor_config.json', (config) => {
      config.do_pad = true;
    });
    await compileRefuses(/preprocessor_config\.json asks for what this project does not do: do_pad/);
    await edit('clip/preprocessor_config.json', (config) => {
      delete config.do_pad;
      config.crop_size = { height: 28, width: 28 };
    });
    await compileRefuses(/cropped to 28, but the vision encoder takes squares of 21/);
  });

  it('refuses missing parts: config, tokenizer, shard, weights of a part', async () => {
    await rm(join(parts, 'language/model-00002-of-00002.safetensors'));
    await compileRefuses(/names the shard model-00002-of-00002\.safetensors, which is not beside it/);
    await rm(join(parts, 'language/tokenizer.json'));
    await compileRefuses(/tokenizer\.json does not exist; save the language model's tokenizer there/);
    await rm(join(parts, 'clip/config.json'));
    await compileRefuses(/clip has no config\.json/);
    const clip = join(parts, 'clip');
    await compileRefuses(/no gated cross-attention blocks|has no config\.json/, clip);
  });

  it('refuses a tokenizer that has more tokens than the model has rows for', async () => {
    await edit('language/tokenizer.json', (tokenizer) => {
      const { vocab } = tokenizer.model as { vocab: Record<string, number> };
      for (let id = 48; id < 60; id++) vocab[`extra ${id}`] = id;
    });
    await refuses(words(), /has 62 tokens, but the model's vocabulary has 50/);
  });

  it('refuses pickles that call anything', async () => {
    await cp('tests/references/checkpoints/harmful.pt', join(parts, 'checkpoint.pt'));
    await refuses(words(), /checkpoint\.pt cannot be read: it asks for posix\.system/);
  });

  describe('on a disk without room', () => {
    /** A checkpoint of a megabyte for `tiny`, so that there is something to write. */
    const copying = (target: string) => [
      'cli/flamingo.mjs',
      ...['compile', 'models/presets/tiny.ts', '--out', target],
    ];
    const fails = async (command: string, given: readonly string[], sentence: RegExp) => {
      await assert.rejects(
        execute(command, [...given]),
        (error: Error & { code?: unknown; stderr?: string }) => {
          assert.match(error.stderr ?? '', sentence);
          assert.doesNotMatch(error.stderr ?? '', /\n +at |a fault of flamingo|\.partial/);
          assert.equal(error.code, 3);
          return true;
        },
      );
    };

    it('leaves nothing behind when a file may not grow', async () => {
      // The shell's limit is in blocks of 1024 bytes: the weights of `tiny` take 3.9 MB.
      const script = 'ulimit -f 1000; exec "$0" "$@"';
      await fails(
        'bash',
        ['-c', script, process.execPath, ...copying(out)],
        /artifact.* cannot be written: it would be larger than this system allows a file to be/,
      );
      assert.deepEqual(await readdir(join(folder, 'out')), []);
    });

    it('leaves nothing behind when the disk is full, and an older artifact as it was', async function () {
      const disk = join(folder, 'disk');
      await mkdir(disk);
      const mounted = await execute('mount', ['-t', 'tmpfs', '-o', 'size=5m', 'tmpfs', disk]).catch(
        () => undefined,
      );
      if (mounted === undefined) this.skip();
      try {
        const target = join(disk, 'artifact');
        await execute(process.execPath, copying(target));
        const { mtimeMs } = await stat(join(target, 'manifest.json'));
        await fails(
          process.execPath,
          [...copying(target), '--force'],
          /artifact.* cannot be written: the disk is full; make room/,
        );
        assert.deepEqual(await readdir(disk), ['artifact']);
        assert.equal((await stat(join(target, 'manifest.json'))).mtimeMs, mtimeMs);

        const tensors = join(folder, 'other.safetensors');
        const file = await openSafetensors(join(target, 'weights.safetensors'));
        await writeSafetensors(
          tensors,
          file.names.map((name) => ({ ...file.tensor(name), data: () => file.read(name) })),
        );
        await fails(
          process.execPath,
          ['cli/flamingo.mjs', 'relink', target, '--weights', tensors],
          /the disk is full; make room/,
        );
        assert.equal((await stat(join(target, 'manifest.json'))).mtimeMs, mtimeMs);
        assert.equal((await flamingo('inspect', target)).code, 0);
      } finally {
        await execute('umount', [disk]);
      }
    });
  });
});
