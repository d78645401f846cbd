import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { thisProcess } from '../../artifact/folder/process-identity.ts';
import { UserError } from '../../artifact/user-error.ts';
import { openRunFolder } from '../../runtime/training/run-folder.ts';
import { lockRun } from '../../runtime/training/run-lock.ts';

describe("a run's folder", () => {
  let folder: string;
  let out: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'run-lock-'));
  });
  beforeEach(() => {
    out = join(folder, String(Math.random()));
  });
  after(() => rm(folder, { recursive: true }));

  const open = () => openRunFolder(out, { mustResume: false });
  const isTaken = (error: unknown) =>
    error instanceof UserError &&
    error.message.includes(`is training into this folder (${join(out, 'lock')})`);

  it('belongs to one process, and is free again when that has ended', async () => {
    {
      await using first = await open();
      assert.equal(first.graphs, join(out, 'graphs'));
      await assert.rejects(open(), isTaken);
      assert.ok(existsSync(join(out, 'lock')), 'a refusal leaves the lock to its owner');
    }
    assert.ok(!existsSync(join(out, 'lock')));
    await (await open())[Symbol.asyncDispose]();
  });

  it('is cleared of what a killed run was writing, and of nothing else', async () => {
    const left = [
      'weights.safetensors.0123abcd.partial',
      'best.safetensors.89abcdef.partial',
      'loss.svg.4711.partial',
      'metrics.jsonl.1.partial',
      'graphs/kept.safetensors.01234567.partial',
    ];
    const others = [
      'weights.safetensors',
      'mine.partial',
      'notes.txt.4711.partial',
      'best.safetensors.partial',
    ];
    await mkdir(join(out, 'graphs'), { recursive: true });
    for (const name of [...left, ...others]) await writeFile(join(out, name), 'text');
    await using other = await open();
    await writeFile(join(out, 'loss.svg.4711.partial'), 'of the run that has the folder');
    await assert.rejects(open(), isTaken);
    const files = async () => (await readdir(out)).filter((name) => !['graphs', 'lock'].includes(name));
    assert.deepEqual((await files()).toSorted(), [...others, 'loss.svg.4711.partial'].toSorted());
    assert.deepEqual(await readdir(other.graphs), []);
  });

  /** A process that waits, and who the kernel says that it is. */
  const sleeper = async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
    const { pid = 0 } = other;
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const identity = { ...thisProcess(), pid, ...(stat !== '' && { started }) };
    return { other, identity };
  };
  const lockOf = async (owner: object | string) => {
    await mkdir(out, { recursive: true });
    const path = join(out, 'lock');
    await writeFile(path, typeof owner === 'string' ? owner : JSON.stringify(owner));
    return path;
  };

  it('is refused while another process has it, and taken over from one that was killed', async function () {
    const { other, identity } = await sleeper();
    // Where the system does not say when a process began, another is known to be alive by its signs of life.
    if (identity.started === undefined) this.skip();
    const path = await lockOf(identity);
    await assert.rejects(lockRun(path), isTaken);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await lockRun(path))[Symbol.asyncDispose]();
    assert.ok(!existsSync(path));
  });

  it('is taken over at once from a process that was killed and whose number this one has', async function () {
    const { started } = thisProcess();
    if (started === undefined) this.skip();
    const path = await lockOf({ ...thisProcess(), started: String(Number(started) - 500) });
    await (await lockRun(path, 1e9))[Symbol.asyncDispose]();
  });

  it("is taken over from another container's or machine's process that gives no sign of life", async () => {
    for (const owner of [{ ...thisProcess(), boot: 'another', namespace: 'pid:[1]', host: 'b' }, '1 on b']) {
      const path = await lockOf(owner);
      const began = performance.now();
      await (await lockRun(path, 600))[Symbol.asyncDispose]();
      assert.ok(performance.now() - began >= 600, 'it was given time');
    }
  });

  it('is refused as long as such a process gives signs of life', async () => {
    const path = await lockOf({ ...thisProcess(), boot: 'another', namespace: 'pid:[1]', host: 'b' });
    const beat = setInterval(() => void utimes(path, new Date(), new Date()), 100);
    try {
      await assert.rejects(lockRun(path, 60_000), isTaken);
      assert.ok(existsSync(path));
    } finally {
      clearInterval(beat);
    }
  });

  it('is known to be lost by the process that was taken for dead', async () => {
    const held = await open();
    await held.checkHeld();
    await lockOf({ ...thisProcess(), pid: 1, host: 'b' });
    await assert.rejects(held.checkHeld(), /took .* over,.*resume when that has ended/);
    await held[Symbol.asyncDispose]();
    assert.ok(existsSync(join(out, 'lock')), 'the lock is that of the other process');
  });
});
