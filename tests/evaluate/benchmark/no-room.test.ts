import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { appendFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Journal } from '../../../runtime/evaluate/benchmark/run/journal.ts';
import type { Outcome } from '../../../runtime/evaluate/benchmark/run/outcome.ts';
import { writeRunFile } from '../../../runtime/evaluate/benchmark/run/results.ts';
import { settingsOf } from './run-settings.ts';

const outcome = (id: string, answer = 'a cat'): Outcome => ({ shots: 0, seed: 0, id, examples: [], answer });

describe('a disk that becomes full', () => {
  let folder: string;
  let isMounted = false;
  before(async function () {
    folder = await mkdtemp(join(tmpdir(), 'no-room-'));
    isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=3m', 'tmpfs', folder]).status === 0;
    // Only who may mount a small disk can see it fill up.
    if (!isMounted) this.skip();
  });
  after(async () => {
    if (isMounted) spawnSync('umount', [folder]);
    await rm(folder, { recursive: true, force: true });
  });

  it('loses no answer: the last are written in the room that was kept for them', async () => {
    const out = join(folder, 'run');
    const settings = await settingsOf('coco', folder, 'test');
    const filler = join(folder, 'filler');
    {
      await using journal = await Journal.open(out, settings);
      await journal.add([outcome('1'), outcome('2')]);
      await assert.rejects(async () => {
        for (;;) await appendFile(filler, new Uint8Array(2 ** 12));
      }, /ENOSPC/);
      // As many as do not fit into what is left of a page.
      const many = Array.from({ length: 200 }, (_, index) => outcome(`more ${index}`, 'x'.repeat(100)));
      await assert.rejects(
        journal.add(many),
        /outcomes\.jsonl cannot be written: the disk is full; make room and try again \(at item more 0; 202 answers are kept, with it, and/,
      );
      await assert.rejects(
        journal.add([outcome('large', 'x'.repeat(2 * 2 ** 20))]),
        /\(at item large; 202 answers are kept, without it, and the same command goes on/,
      );
      await appendFile(filler, new Uint8Array(2 ** 12)).catch(() => {});
      await assert.rejects(
        writeRunFile(out, 'results.json', 'x'.repeat(2 ** 21)),
        /results\.json cannot be written: the disk is full; .*all answers are kept in outcomes\.jsonl/,
      );
    }
    await rm(filler);
    assert.deepEqual((await readdir(out)).toSorted(), ['outcomes.jsonl', 'run.json']);
    await using again = await Journal.open(out, settings);
    assert.equal(again.outcomes.size, 202);
    const lines = (await readFile(join(out, 'outcomes.jsonl'), 'utf8')).split('\n');
    assert.equal(lines.length, 203);
    await assert.rejects(Journal.open(out, settings), /is being written by another run/);
  });
});
