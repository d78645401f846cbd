import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { killedRecipe } from './killed-recipe.ts';
import { runRecipe } from './run-recipe.ts';

const CHILD = fileURLToPath(new URL('./killed-child.ts', import.meta.url));

describe('a training run that is killed (kill -9)', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  it('goes on to the weights and figures of an unbroken one, whenever it was killed', async () => {
    const [killed, whole] = [join(folder.path, 'killed'), join(folder.path, 'whole')];
    for (const steps of [2, 8]) {
      const child = spawn(process.execPath, ['--import', 'tsx', CHILD, killed], { stdio: 'inherit' });
      const ended = once(child, 'exit');
      while (child.exitCode === null && (await stepsOf(killed)) < steps) await setTimeout(2);
      await setTimeout(Math.random() * 30);
      child.kill('SIGKILL');
      assert.deepEqual(await ended, [null, 'SIGKILL'], 'killed before its end');
    }
    for (const out of [killed, whole]) await runRecipe(killedRecipe(), out);
    const weights = (out: string) => readFile(join(out, 'weights.safetensors'));
    assert.deepEqual(await weights(killed), await weights(whole));
    assert.deepEqual(await losses(killed), await losses(whole));
    assert.equal((await losses(whole)).length, killedRecipe().steps);
    const left = await readdir(join(killed, 'checkpoints'));
    assert.deepEqual(
      left.filter((name) => name.endsWith('.partial')),
      [],
    );
  });
});

async function losses(out: string): Promise<readonly (readonly [step: number, loss: number])[]> {
  const lines = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trim().split('\n');
  return lines.map((line) => JSON.parse(line)).map(({ step, loss }) => [step, loss] as const);
}

/** Noted so far. */
async function stepsOf(out: string): Promise<number> {
  const text = await readFile(join(out, 'metrics.jsonl'), 'utf8').catch(() => '');
  return text.split('\n').length - 1;
}
