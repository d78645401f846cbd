import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { openWeights } from '../../compiler/weights/read/open-weights.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { plainZip } from './plain-zip.ts';

/** Files that ask for more than they are: each is refused in one short sentence, at once. */
describe('hostile weight files', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hostile-'));
  });
  after(() => rm(folder, { recursive: true }));

  const refuses = async (path: string, sentence: RegExp) => {
    await assert.rejects(openWeights(path), (error: unknown) => {
      assert.ok(error instanceof UserError, error instanceof Error ? error.stack : String(error));
      assert.match(error.message, sentence);
      assert.doesNotMatch(error.message, /\n/);
      assert.ok(error.message.length < 1000, error.message);
      return true;
    });
  };
  const file = async (name: string, content: Uint8Array | string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, content);
    return path;
  };
  const checkpoint = (pickle: string | Uint8Array, data: Readonly<Record<string, Uint8Array>> = {}) =>
    file(
      'checkpoint.pt',
      plainZip({
        'archive/data.pkl': typeof pickle === 'string' ? Buffer.from(pickle, 'latin1') : pickle,
        ...Object.fromEntries(Object.entries(data).map(([name, bytes]) => [`archive/data/${name}`, bytes])),
      }),
    );
  const safetensors = (header: object, data = Buffer.alloc(0)) => {
    const json = Buffer.from(JSON.stringify(header));
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    return file('model.safetensors', Buffer.concat([length, json, data]));
  };

  for (const position of [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n]) {
    it(`a zip file that points to byte ${position}, of the directory and of an entry`, async () => {
      const whole = plainZip({ 'a/data.pkl': Buffer.from('}.'), 'a/data/0': Buffer.alloc(64) });
      const end = whole.length - 22;
      const wide = Buffer.alloc(56);
      wide.writeUInt32LE(0x06064b50, 0);
      wide.writeBigUInt64LE(2n, 32);
      wide.writeBigUInt64LE(position, 48);
      const locator = Buffer.alloc(20);
      locator.writeUInt32LE(0x07064b50, 0);
      locator.writeBigUInt64LE(BigInt(end), 8);
      const last = whole.subarray(end);
      await refuses(
        await file('wide.pt', Buffer.concat([whole.subarray(0, end), wide, locator, last])),
        /is not a whole PyTorch checkpoint: it points beyond the end of the file/,
      );
      locator.writeBigUInt64LE(position, 8);
      await refuses(
        await file('wide.pt', Buffer.concat([whole.subarray(0, end), locator, last])),
        /it points beyond the end of the file/,
      );
    });
  }

  it('a pickle of dictionaries that share dictionaries, 2^60 deep if unfolded', async () => {
    let pickle = '}';
    // Each dictionary has the one before under two names.
    for (let level = 0; level < 60; level++)
      pickle += `q${String.fromCharCode(level)}0}(X\x01\x00\x00\x00ah${String.fromCharCode(level)}X\x01\x00\x00\x00bh${String.fromCharCode(level)}u`;
    await refuses(await checkpoint(`${pickle}.`), /holds no tensors under names/);
  });

  it('a pickle of modules that share a tensor, 2^60 names if unfolded', async () => {
    const tensor =
      'ctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQK\x00K\x01\x85K\x01\x85\x89ccollections\nOrderedDict\n)RtR';
    const module = 'c__torch__.m\nM\n)\x81';
    let pickle = `${module}X\x01\x00\x00\x00t${tensor}s`;
    for (let level = 0; level < 60; level++) {
      const place = String.fromCharCode(100 + level);
      pickle += `q${place}0${module}(X\x01\x00\x00\x00ah${place}X\x01\x00\x00\x00bh${place}u`;
    }
    await refuses(
      await checkpoint(`${pickle}.`, { 0: new Uint8Array(4) }),
      /names more than the \d+ tensors|longer|characters|nested deeper/,
    );
  });

  it('a pickle that copies a long list again and again', async () => {
    const list = `](${'N'.repeat(50_000)}eq\x00`;
    await refuses(
      await checkpoint(`${list}${'ctorch\nSize\nh\x00\x85R'.repeat(10_000)}.`),
      /makes more than the \d+ values/,
    );
  });

  it('a pickle of millions of empty dictionaries, lists and remembered places', async () => {
    for (const opcode of ['}', ']', ')', '\x94'])
      await refuses(await checkpoint(`N${opcode.repeat(3_000_000)}.`), /makes more than the \d+ values/);
    await refuses(
      await checkpoint('N'.repeat(LIMITS.pickle.most + 1)),
      /its pickle has \d+ bytes, but at most/,
    );
  });

  it('a shape of 60,000 sizes, in a pickle and in a safetensors file', async () => {
    const sizes = `(${'K\x01'.repeat(60_000)}t`;
    await refuses(
      await checkpoint(
        `}X\x01\x00\x00\x00actorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQK\x00${sizes}${sizes}\x89NtRs.`,
      ),
      /more than the 64 axes/,
    );
    const shape = Array.from({ length: 60_000 }, () => 2 ** 40);
    await refuses(
      await safetensors({ a: { dtype: 'F32', shape, data_offsets: [0, 0] } }),
      /"a" has more than the 64 axes/,
    );
  });

  it('long names are cut where a sentence quotes them', async () => {
    const name = 'x'.repeat(900);
    await refuses(
      await safetensors({ [name]: { dtype: 'F33', shape: [], data_offsets: [0, 0] } }),
      /"x{120}…"/,
    );
    await refuses(
      await safetensors({ ['x'.repeat(5000)]: { dtype: 'F32', shape: [], data_offsets: [0, 4] } }),
      /a name of 5000 characters, but at most 1000 are read/,
    );
  });

  it('metadata of 16 MB is read', async () => {
    const text = '\\"'.repeat(8_000_000);
    const path = await safetensors(
      { __metadata__: { text }, a: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } },
      Buffer.alloc(4),
    );
    assert.deepEqual((await openWeights(path)).names, ['a']);
  });

  it('a header of lists in lists', async () => {
    const json = Buffer.from(`{"a":${'['.repeat(1_000_000)}`);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(json.length));
    await refuses(
      await file('model.safetensors', Buffer.concat([length, json])),
      /nests its values deeper than/,
    );
  });

  it('an index that names itself, another index, a name with NUL, or a path', async () => {
    const index = (shard: string) =>
      file('model.safetensors.index.json', JSON.stringify({ weight_map: { a: shard } }));
    await refuses(await index('model.safetensors.index.json'), /is named as a shard, but is itself an index/);
    await file('other.index.json', JSON.stringify({ weight_map: { a: 'model.safetensors.index.json' } }));
    await refuses(await index('other.index.json'), /is named as a shard, but is itself an index/);
    await refuses(
      await index('a\0b'),
      /names the shard 'a\u{FFFD}b', which is not a file of its own folder/u,
    );
    await refuses(await index('x'.repeat(100_000)), /which is not a file of its own folder/u);
    await refuses(await index('../a'), /which is not a file of its own folder/u);
    await refuses(join(folder, 'a\0b'), /NUL character|does not exist/);
  });

  it('pipes and devices are no files', async function () {
    if (process.platform === 'win32') this.skip();
    const pipe = join(folder, 'pipe.safetensors');
    execFileSync('mkfifo', [pipe]);
    await refuses(pipe, /is not a file, but a pipe or a device/);
    const zero = join(folder, 'zero.safetensors');
    await symlink('/dev/zero', zero);
    await refuses(zero, /is not a file, but a pipe or a device/);
    await file('pipes.index.json', JSON.stringify({ weight_map: { a: 'pipe.safetensors' } }));
    await refuses(join(folder, 'pipes.index.json'), /is not a file, but a pipe or a device/);
  });
});
