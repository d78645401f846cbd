import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { plainName } from '../../artifact/artifact-names.ts';
import { thisProcess } from '../../artifact/folder/process-identity.ts';
import type { Manifest } from '../../artifact/manifest.ts';
import { packedCrossAttentionSchema } from '../../artifact/media/packed-cross-attention.ts';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';
import { openArtifact } from '../../runtime/artifact/artifact.ts';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import { makeModel } from './made-model.ts';

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));
const words = (folder: string, times: number, first: number) =>
  ['--import', 'tsx', WRITER, folder, String(times), String(first)] as const;
const write = (folder: string, times: number, first: number) =>
  promisify(execFile)(process.execPath, words(folder, times, first));

function latentsOf({ media }: Manifest): number {
  return packedCrossAttentionSchema.parse(media).latents;
}

describe("an artifact in another's place", () => {
  let folder: string;
  let out: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'replaced-'));
    out = join(folder, 'artifact');
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** That a folder holds one model and nothing else, and which. */
  async function whole(): Promise<number> {
    const { manifest, path } = await openArtifact(out, { verify: true });
    const latents = latentsOf(manifest);
    assert.equal(manifest.model.name, `latents-${latents}`);
    assert.equal(manifest.parameters.seed, latents);
    const weights = await openSafetensors(path('weights.safetensors'));
    assert.equal(weights.tensor('perceiver.latents').shape[0], latents);
    const plain = new Set(Object.keys(manifest.files).map(plainName));
    for (const name of await readdir(out)) {
      if (name === 'manifest.json' || name === 'notes.txt' || Object.hasOwn(manifest.files, name)) continue;
      assert.ok(plain.has(name) && name !== 'weights.safetensors', `${name} is nobody's`);
      const marked = Object.keys(manifest.files).find((file) => plainName(file) === name) ?? '';
      assert.deepEqual(await readFile(join(out, name)), await readFile(join(out, marked)));
    }
    return latents;
  }

  it('is whole for whoever reads while two processes write, and neither of them fails', async () => {
    await makeModel(out, 3);
    const writers = [write(out, 8, 3), write(out, 8, 5)];
    let isWriting = true;
    const done = Promise.all(writers).finally(() => {
      isWriting = false;
    });
    const seen = new Set<number>();
    let reads = 0;
    while (isWriting) {
      const { manifest } = await openArtifact(out, { verify: true });
      seen.add(latentsOf(manifest));
      // Any program that reads the manifest, and by it a file: what it finds is that file, or the manifest has changed.
      const text = await readFile(join(out, 'manifest.json'), 'utf8');
      const { files } = JSON.parse(text);
      for (const [name, { sha256 }] of Object.entries<{ sha256: string }>(files)) {
        const bytes = await readFile(join(out, name)).catch(() => undefined);
        const found = bytes && createHash('sha256').update(bytes).digest('hex');
        if (found !== sha256) assert.notEqual(await readFile(join(out, 'manifest.json'), 'utf8'), text);
      }
      reads += 1;
    }
    await done;
    assert.ok(reads > 2 && seen.size > 1, `${reads} reads, ${[...seen]}`);
    assert.ok((await whole()) >= 3);
    assert.deepEqual(await readdir(folder), ['artifact']);
  });

  it('may be made twice at once where there was none', async () => {
    await Promise.all([makeModel(out, 3), makeModel(out, 5)]);
    assert.ok([3, 5].includes(await whole()));
    assert.deepEqual(await readdir(folder), ['artifact']);
  });

  it('leaves a model that is open as it is', async () => {
    await makeModel(out, 3);
    await using model = await loadFlamingo(out);
    const picture = fileURLToPath(new URL('../images/dog.jpg', import.meta.url));
    const ask = () => model.score({ query: { image: picture } }, ['a', 'b'], { normalise: 'none' });
    const before = await ask();
    await makeModel(out, 5);
    await makeModel(out, 6);
    assert.equal(await whole(), 6);
    assert.deepEqual(await ask(), before);
  });

  it('has the same bytes as the one before when nothing changed, and keeps files that are not its own', async () => {
    await makeModel(out, 3);
    const names = (await readdir(out)).sort();
    const contents = await Promise.all(names.map((name) => readFile(join(out, name))));
    await writeFile(join(out, 'notes.txt'), 'mine');
    await makeModel(out, 3);
    assert.deepEqual((await readdir(out)).sort(), [...names, 'notes.txt'].sort());
    assert.deepEqual(await Promise.all(names.map((name) => readFile(join(out, name)))), contents);
    await makeModel(out, 4);
    assert.equal(await readFile(join(out, 'notes.txt'), 'utf8'), 'mine');
    assert.equal(await whole(), 4);
  });

  it('is not there, or as it was, after a writer was killed; the next removes what it left', async () => {
    for (const isThere of [false, true]) {
      if (isThere) await makeModel(out, 5);
      const place = isThere ? out : folder;
      /** One that says whose it is: the file is written right after the folder is made. */
      const partialIn = async () =>
        (await readdir(place)).find(
          (name) => name.endsWith('.partial') && existsSync(join(place, name, '.claim')),
        );
      let left: string | undefined;
      while (left === undefined) {
        const child: ChildProcess = spawn(process.execPath, words(out, 50, 3), { stdio: 'ignore' });
        const ended = once(child, 'exit');
        while (left === undefined && child.exitCode === null) {
          left = await partialIn().catch(() => undefined);
          if (left === undefined) await pause(1);
        }
        child.kill('SIGKILL');
        await ended;
        left = await partialIn();
        if (!isThere && left === undefined) await rm(out, { recursive: true, force: true });
      }
      if (isThere) await whole().catch((error) => assert.match(String(error), /is nobody's/));
      await makeModel(out, 5);
      assert.equal(await partialIn(), undefined);
      assert.equal(await whole(), 5);
      await rm(out, { recursive: true });
    }
  });

  it('removes what runs of earlier releases left, and nothing of one that is alive', async () => {
    const alive = `${out}.0123abcd.partial`;
    await mkdir(alive);
    await writeFile(join(alive, '.claim'), JSON.stringify(thisProcess()));
    const young = `${out}.00000000.old`;
    await mkdir(young);
    await writeFile(join(folder, 'artifact.partial'), 'not ours');
    await makeModel(out, 3);
    assert.deepEqual((await readdir(folder)).sort(), [
      'artifact',
      'artifact.00000000.old',
      'artifact.0123abcd.partial',
      'artifact.partial',
    ]);
  });
});
