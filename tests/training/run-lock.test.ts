import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { openRunFolder } from '../../runtime/training/run-folder.ts';

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

  it('is refused while another process has it, and taken over from one that was killed', async () => {
    await (await open())[Symbol.asyncDispose]();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    await once(other, 'spawn');
    await writeFile(join(out, 'lock'), `${other.pid} on ${hostname()}`);
    await assert.rejects(open(), isTaken);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await open())[Symbol.asyncDispose]();
  });

  it("is refused where another machine's process has it, of which nothing is known", async () => {
    await (await open())[Symbol.asyncDispose]();
    await writeFile(join(out, 'lock'), '1 on another.machine');
    await assert.rejects(open(), isTaken);
  });
});
