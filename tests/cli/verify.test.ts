import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors, type TensorToWrite, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { compare } from '../../cli/verify/compare.ts';
import { parsePythonValue } from '../../cli/verify/python-value.ts';
import { verifyFile } from '../../cli/verify/verify-file.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { flamingo } from './run-cli.ts';

const BLOCKS = 'tests/references/blocks';

describe('flamingo verify', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  type Change = {
    readonly metadata?: Readonly<Record<string, string | undefined>>;
    readonly tensors?: (list: readonly TensorToWrite[]) => readonly TensorToWrite[];
  };
  /** A copy of a reference with some of it changed. */
  const altered = async (
    name: string,
    { metadata = {}, tensors = (list) => list }: Change,
  ): Promise<string> => {
    const file = await openSafetensors(join(BLOCKS, `${name}.safetensors`));
    const path = join(folder.path, `${name}.safetensors`);
    const list = file.names.map((each) => ({ ...file.tensor(each), data: () => file.read(each) }));
    const merged = Object.entries({ ...Object.fromEntries(file.metadata), ...metadata });
    const kept = merged.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]));
    await writeSafetensors(path, tensors(list), Object.fromEntries(kept));
    return path;
  };

  for (const fusion of ['on', 'off'] as const) {
    it(`agrees with every reference, fusion ${fusion}`, async () => {
      const files = (await readdir(BLOCKS)).map((name) => join(BLOCKS, name));
      assert.ok(files.length >= 25);
      const { code, stdout, stderr } = await flamingo('verify', ...files, '--fusion', fusion, '--json');
      assert.equal(stderr, '');
      const report = JSON.parse(stdout);
      for (const { file, passed, tensors } of report.files) {
        assert.ok(passed, file);
        for (const { largestError, tolerance, largestExpected } of tensors) {
          assert.ok(largestError <= tolerance && tolerance <= 1.001e-4 * largestExpected);
        }
      }
      assert.equal(report.files.length, files.length);
      assert.equal(code, 0);
    });
  }

  for (const fusion of ['on', 'off'] as const) {
    it(`agrees with every reference's gradients, fusion ${fusion}`, async () => {
      const files = (await readdir(BLOCKS)).map((name) => join(BLOCKS, name));
      const { code, stdout, stderr } = await flamingo(
        'verify',
        ...files,
        '--gradients',
        '--fusion',
        fusion,
        '--json',
      );
      assert.equal(stderr, '');
      for (const { file, passed, tensors } of JSON.parse(stdout).files) {
        assert.ok(passed, file);
        const { names } = await openSafetensors(file);
        const compared = tensors.map((tensor: { readonly name: string }) => tensor.name);
        assert.deepEqual(compared.sort(), names.filter((name) => /^(output|gradient)\./.test(name)).sort());
      }
      assert.equal(code, 0);
    });
  }

  it('says no to a gradient that is off, and tells what a file lacks', async () => {
    const name = 'xattn-cached-one';
    const off = await altered(name, {
      tensors: (list) =>
        list.map((tensor) =>
          tensor.name === 'gradient.weights.attn_gate' ? { ...tensor, data: Float32Array.of(12) } : tensor,
        ),
    });
    const { code, stdout } = await flamingo('verify', off, '--gradients');
    assert.equal(code, 1);
    assert.match(stdout, /gradient\.weights\.attn_gate .* ✗ over\n/);
    assert.match(stdout, /gradient\.weights\.ff_gate .* ✓\n/);

    const refuses = async (tensors: NonNullable<Change['tensors']>, message: RegExp) => {
      const path = await altered(name, { tensors });
      await assert.rejects(verifyFile(path, { fusion: true, gradients: true }), (error: unknown) => {
        assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
        assert.match(error.message, message);
        return true;
      });
      // Without the flag nobody asks for gradients.
      assert.ok((await verifyFile(path, { fusion: true })).tensors.every(({ passed }) => passed));
    };
    for (const group of ['cotangent', 'gradient']) {
      await refuses(
        (list) => list.filter((tensor) => !tensor.name.startsWith(`${group}.`)),
        new RegExp(`cached-one\\.safetensors has no ${group}\\.\\* tensors, so there are no gradients`),
      );
    }
    await refuses(
      (list) => [
        ...list,
        { name: 'gradient.input.media_locations', dtype: 'float32', shape: [1], data: Float32Array.of(0) },
      ],
      /unknown tensor gradient\.input\.media_locations; known are gradient\.input\.hidden, gradient\.input\.media and/,
    );
  });

  it('says no when one value is off, or is not a number', async () => {
    for (const value of [9, Number.NaN, Number.POSITIVE_INFINITY]) {
      const file = await altered('xattn-immediate', {
        tensors: (list) =>
          list.map((tensor) =>
            tensor.name !== 'output.hidden'
              ? tensor
              : {
                  ...tensor,
                  async data() {
                    const { readFloat32 } = await openSafetensors(
                      join(BLOCKS, 'xattn-immediate.safetensors'),
                    );
                    const values = await readFloat32('output.hidden');
                    values[7] = value;
                    return values;
                  },
                },
          ),
      });
      const { code, stdout } = await flamingo('verify', file);
      assert.equal(code, 1);
      assert.match(stdout, /output\.hidden .* ✗ over\n0 of 1 verified/);
    }
  });

  it('reports every file, whatever is wrong with the others', async () => {
    const broken = await folder.write('broken.safetensors', 'nothing');
    const missing = join(folder.path, 'missing.safetensors');
    const good = join(BLOCKS, 'resampler.safetensors');
    const { code, stdout, stderr } = await flamingo('verify', broken, good, missing);
    assert.match(
      stderr,
      /broken\.safetensors is not a valid safetensors file.*\n.*missing\.safetensors does not exist/,
    );
    assert.match(stdout, /resampler\.safetensors .* ✓\n1 of 3 verified/);
    assert.equal(code, 3);
  });

  it('reads arguments as Python prints them, and refuses ones it does not know', async () => {
    const refuses = async (name: string, change: Change, message: RegExp) => {
      await assert.rejects(verifyFile(await altered(name, change), { fusion: true }), (error: unknown) => {
        assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
        assert.match(error.message, message);
        return true;
      });
    };
    const accepts = async (name: string, change: Change) => {
      const { tensors } = await verifyFile(await altered(name, change), { fusion: true });
      assert.ok(tensors.every(({ passed }) => passed));
    };
    await accepts('resampler', {
      metadata: { max_num_media: 'None', ff_mult: '4.0', format: 'pt', depth: ' 2 ' },
    });
    await accepts('resampler', { metadata: { module: 'open_flamingo.src.helpers.PerceiverResampler' } });
    await accepts('xattn-immediate', {
      metadata: { only_attend_immediate_media: 'True', use_cached_media: undefined },
    });
    await refuses(
      'resampler',
      { metadata: { dropout: '0.1' } },
      /unknown metadata dropout; its module takes dim, depth,/,
    );
    await refuses('resampler', { metadata: { dim: undefined } }, /lacks the metadata dim/);
    await refuses(
      'resampler',
      { metadata: { depth: 'two' } },
      /depth = "two" .* a whole number of at least 1/,
    );
    await refuses('resampler', { metadata: { depth: '99999999' } }, /at most 1000/);
    await refuses('resampler', { metadata: { heads: '4.5' } }, /heads = "4\.5"/);
    await refuses('xattn-immediate', { metadata: { use_cached_media: 'yes' } }, /True or False was expected/);
    await refuses('resampler', { metadata: { module: undefined } }, /does not say which module/);
    await refuses('resampler', { metadata: { module: 'Linear' } }, /module Linear, which cannot be verified/);
    await refuses(
      'resampler',
      { metadata: { dim: '32' } },
      /axis dim of input\.features is 64, but 32 in the metadata/,
    );
    await refuses('resampler', { metadata: { depth: '3' } }, /missing/);
    await refuses('resampler', { metadata: { depth: '1' } }, /unexpected/);
    const without = (name: string) => ({
      tensors: (list: readonly TensorToWrite[]) => list.filter((tensor) => tensor.name !== name),
    });
    await refuses('resampler', without('input.features'), /lacks the tensor input\.features/);
    await refuses('resampler', without('output.latents'), /lacks the tensor output\.latents/);
    await refuses(
      'xattn-immediate',
      without('input.media_locations'),
      /one place for each of the 12 tokens.*there are none/,
    );
    await refuses(
      'resampler',
      {
        tensors: (list) => [
          ...list,
          { name: 'input.mask', dtype: 'bool', shape: [1], data: Uint8Array.of(1) },
        ],
      },
      /unknown tensor input\.mask/,
    );
  });

  it('survives a damaged file: a verdict or one error, never a crash', async () => {
    const whole = await readFile(join(BLOCKS, 'xattn-single-token.safetensors'));
    const headerEnd = 8 + Number(whole.readBigUInt64LE(0));
    const path = join(folder.path, 'damaged.safetensors');
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.nat(headerEnd), fc.nat(whole.length - 1)),
        fc.integer({ min: 1, max: 255 }),
        async (place, mask) => {
          const bytes = Uint8Array.from(whole);
          bytes[place] = (bytes[place] ?? 0) ^ mask;
          await writeFile(path, bytes);
          try {
            await verifyFile(path, { fusion: true, gradients: true });
          } catch (error) {
            assert.ok(
              error instanceof UserError || error instanceof ModelError,
              error instanceof Error ? error.stack : String(error),
            );
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('parsePythonValue', () => {
  it('reads numbers, booleans and None, and nothing else', () => {
    const values: readonly (readonly [string, unknown])[] = [
      ['True', true],
      ['False', false],
      ['None', null],
      ['64', 64],
      ['-3', -3],
      ['1e-05', 1e-5],
      ['0.5', 0.5],
      ['4.', 4],
      ['true', undefined],
      ['', undefined],
      ['0x10', undefined],
      ['inf', undefined],
      ['(1, 2)', undefined],
    ];
    for (const [text, value] of values) assert.equal(parsePythonValue(text), value, text);
  });
});

describe('compare', () => {
  it('passes up to the tolerance, of the largest expected magnitude', () => {
    const expected = Float32Array.of(0, -2, 1);
    assert.ok(compare(Float32Array.of(0.0001, -2, 1), expected, 'float32').passed);
    assert.ok(!compare(Float32Array.of(0.0003, -2, 1), expected, 'float32').passed);
    assert.ok(compare(Float32Array.of(0), Float32Array.of(0), 'float32').passed);
    assert.ok(!compare(Float32Array.of(1e-9), Float32Array.of(0), 'float32').passed);
  });

  it('never passes what is not a finite number', () => {
    for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      assert.ok(!compare(Float32Array.of(odd, 1), Float32Array.of(0, 1), 'float32').passed);
      assert.ok(!compare(Float32Array.of(0, 1), Float32Array.of(odd, 1), 'float32').passed);
      assert.ok(!compare(Float32Array.of(odd), Float32Array.of(odd), 'float32').passed);
    }
    assert.ok(!compare(new Float32Array(0), Float32Array.of(1), 'float32').passed);
  });
});
