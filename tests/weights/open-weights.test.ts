import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { openWeights } from '../../compiler/weights/read/open-weights.ts';
import { oneSentence } from '../support/one-sentence.ts';

const CHECKPOINTS = 'tests/references/checkpoints';
const ones = (name: string) => ({ name, dtype: 'float32' as const, shape: [2], data: Float32Array.of(1, 1) });

describe('openWeights', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'weights-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const refuses = async (path: string, sentence: RegExp) => {
    await assert.rejects(openWeights(path), oneSentence(sentence));
  };
  const index = (map: unknown) =>
    writeFile(
      join(folder, 'model.safetensors.index.json'),
      JSON.stringify({ metadata: {}, weight_map: map }),
    );

  it('reads shards of either format by their index, and finds the index in a folder', async () => {
    await writeSafetensors(join(folder, 'a.safetensors'), [ones('x')]);
    await copyFile(join(CHECKPOINTS, 'views.pt'), join(folder, 'b.bin'));
    await index({ x: 'a.safetensors', base: 'b.bin' });
    for (const path of [folder, join(folder, 'model.safetensors.index.json')]) {
      const file = await openWeights(path);
      assert.ok(file.has('x') && file.has('transposed'));
      assert.deepEqual(await file.readFloat32('x'), Float32Array.of(1, 1));
      assert.equal(file.tensor('base').path, join(folder, 'b.bin'));
    }
  });

  it('tells formats apart by content, whatever the name', async () => {
    await copyFile(join(CHECKPOINTS, 'views.pt'), join(folder, 'model.safetensors'));
    assert.ok((await openWeights(folder)).has('transposed'));
  });

  it('refuses an index that names what is not there, and shards that are cut short', async () => {
    await index({ x: 'a.safetensors', y: 'b.safetensors' });
    await writeSafetensors(join(folder, 'a.safetensors'), [ones('x')]);
    await refuses(folder, /names the shard b\.safetensors, which is not beside it; download/);
    await writeSafetensors(join(folder, 'b.safetensors'), [ones('z')]);
    await refuses(folder, /b\.safetensors has the tensor "y", which it does not have/);
    await writeSafetensors(join(folder, 'b.safetensors'), [ones('y'), ones('x')]);
    await refuses(folder, /"x" is both in .*a\.safetensors and in .*b\.safetensors/);
    await writeFile(join(folder, 'b.safetensors'), '');
    await refuses(folder, /b\.safetensors is not a valid safetensors file: it has 0 bytes/);
    await index({ x: '../a.safetensors' });
    await refuses(folder, /which is not a file of its own folder/);
    await index({});
    await refuses(folder, /names no tensors/);
  });

  it('refuses what is no weight file, saying what it is', async () => {
    await refuses(join(folder, 'none'), /none does not exist/);
    await refuses(folder, /has no weight files; expected a safetensors file/);
    for (const [content, sentence] of [
      ['version https://git-lfs.github.com/spec/v1\n', /pointer of Git LFS.*git lfs pull/],
      ['GGUF\x03\x00\x00\x00', /is a GGUF file/],
      ['<!DOCTYPE html><html>', /is a web page/],
      ['{"a": 1}', /no index of shards/],
      ['{"a": ', /is not JSON/],
      ['dear', /is not a weight file; expected/],
    ] as const) {
      await writeFile(join(folder, 'model.bin'), content);
      await refuses(join(folder, 'model.bin'), sentence);
    }
    await mkdir(join(folder, 'two'));
    await writeSafetensors(join(folder, 'two', 'a.safetensors'), [ones('x')]);
    await writeSafetensors(join(folder, 'two', 'b.safetensors'), [ones('y')]);
    await refuses(
      join(folder, 'two'),
      /several weight files and no index of them \(a\.safetensors, b\.safetensors\)/,
    );
  });

  it('takes the prefixes of training off, if every name has them', async () => {
    const path = join(folder, 'a.safetensors');
    await writeSafetensors(path, [
      ones('module._orig_mod.a.weight'),
      ones('module.b._fsdp_wrapped_module.weight'),
    ]);
    assert.deepEqual((await openWeights(path)).names.toSorted(), ['a.weight', 'b.weight']);
    await writeSafetensors(path, [ones('module.a'), ones('b')]);
    assert.deepEqual((await openWeights(path)).names.toSorted(), ['b', 'module.a']);
  });

  it('reads one model from what each program of training makes of it', async () => {
    const wrapped = 'tests/references/checkpoints/wrapped';
    const own = await openSafetensors(join(wrapped, 'plain.safetensors'));
    const names = own.names.toSorted();
    const whole = (await readdir(wrapped)).filter((name) => !/plain|fsdp-local|stage-3|optimizer/.test(name));
    assert.equal(whole.length, 10);
    for (const name of whole) {
      const file = await openWeights(join(wrapped, name));
      assert.deepEqual(file.names.toSorted(), names, name);
      for (const each of names)
        assert.deepEqual(await file.readFloat32(each), await own.readFloat32(each), `${name}: ${each}`);
    }
    const { notes } = await openWeights(join(wrapped, 'nested.pt'));
    assert.match(notes.join(), /the weights are those of 'state > model', and optimizers left aside\./);
  });

  it('says what joins the pieces of a model that several processes had', async () => {
    const wrapped = 'tests/references/checkpoints/wrapped';
    await refuses(
      join(wrapped, 'fsdp-local.pt'),
      /has _flat_param, a process's piece .*\.FULL_STATE_DICT\.$/,
    );
    await refuses(
      join(wrapped, 'deepspeed-stage-3.pt'),
      /its 5 tensors are empty, as DeepSpeed .* zero_to_fp32\.py/,
    );
    await refuses(
      join(wrapped, 'deepspeed-optimizer.pt'),
      /no weights, but what DeepSpeed keeps .*optimizer_state_dict/,
    );
    for (const [name, sentence] of [
      ['zero_to_fp32.py', /is a checkpoint of DeepSpeed; run python zero_to_fp32\.py/],
      ['__0_0.distcp', /is a distributed checkpoint of PyTorch; make one file of it by python -m/],
    ] as const) {
      const pieces = join(folder, name.slice(0, 6));
      await mkdir(pieces);
      await writeFile(join(pieces, name), '');
      await refuses(pieces, sentence);
    }
  });

  it('takes an attribute for one only where a whole model stands below it', async () => {
    const path = join(folder, 'prefixes.safetensors');
    for (const [stored, read] of [
      [
        ['model.model.layers.0.w', 'model.lm_head.w'],
        ['lm_head.w', 'model.layers.0.w'],
      ],
      [
        ['net.module.perceiver.a', 'net.module.lang_encoder.b'],
        ['lang_encoder.b', 'perceiver.a'],
      ],
      // a tied LLaMA, whose own names begin so
      [
        ['model.embed_tokens.w', 'model.layers.0.w', 'model.norm.w'],
        ['model.embed_tokens.w', 'model.layers.0.w', 'model.norm.w'],
      ],
      [
        ['lang_encoder.model.w', 'lang_encoder.lm_head.w'],
        ['lang_encoder.lm_head.w', 'lang_encoder.model.w'],
      ],
      [
        ['net.perceiver.a', 'loss.b'],
        ['loss.b', 'net.perceiver.a'],
      ],
    ] as const) {
      await writeSafetensors(path, stored.map(ones));
      assert.deepEqual((await openWeights(path)).names.toSorted(), read);
    }
  });

  it('tells safetensors from an old pickle by more than their first bytes, which may be the same', async () => {
    const path = join(folder, 'a.safetensors');
    for (let length = 1; length < 640; length += 8) {
      const name = 'n'.repeat(length);
      await writeSafetensors(path, [ones(name)]);
      assert.deepEqual((await openWeights(path)).names, [name]);
    }
  });
});
