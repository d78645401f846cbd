import { openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { loadReader } from './load-readers.ts';
import { Random } from './random.ts';
import type { ChildMessage, ChildTask } from './watched-run.ts';

/** Longer sentences are of no use to who reads them. */
const LONGEST_SENTENCE = 2_000;
/** Files between two reports. */
const REPORT = 200;

/**
 * The process that reads: file after file, each made by its number. What it does at the moment stands in `state`, where
 * its parent looks: a process that hangs or is out of memory cannot say so itself.
 */
async function work({ reader: name, seed, first, last, folder, state }: ChildTask): Promise<void> {
  const reader = await (await loadReader(name)).prepare(folder);
  const place = openSync(state, 'r+');
  const mark = Buffer.alloc(8);
  const at = (file: number) => {
    mark.writeDoubleLE(file);
    writeSync(place, mark, 0, 8, 0);
  };
  for (const file of reader.seeds) await attempt(() => reader.read(file));
  // The seeds are taken, and what is loaded at first use is there.
  send({ kind: 'ready' });
  let taken = 0;
  let refused = 0;
  for (let file = first; file < last; file++) {
    at(file);
    const bytes = reader.make(new Random(seed, file));
    const result = await attempt(() => reader.read(bytes));
    if (result === 'taken') taken++;
    else if (result === 'refused') refused++;
    else send({ kind: 'finding', file, problem: result.problem });
    if ((file - first) % REPORT === REPORT - 1) {
      send({ kind: 'counts', taken, refused });
      taken = refused = 0;
      // Lets messages go, and what waits for its turn.
      await new Promise(setImmediate);
    }
  }
  send({ kind: 'counts', taken, refused });
  send({ kind: 'done' });
}

/** @returns what is wrong with how a file was refused */
async function attempt(
  read: () => void | Promise<void>,
): Promise<'taken' | 'refused' | { readonly problem: string }> {
  try {
    await read();
    return 'taken';
  } catch (error) {
    if (!(error instanceof UserError || error instanceof ModelError)) {
      const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return { problem: `threw what is no sentence: ${stack.slice(0, 4_000)}` };
    }
    const { message } = error;
    if (message.length > LONGEST_SENTENCE)
      return { problem: `took ${message.length} characters to refuse it: ${message.slice(0, 300)}` };
    if (message.includes('\n'))
      return { problem: `took several lines to refuse it: ${message.slice(0, 300)}` };
    return 'refused';
  }
}

function send(message: ChildMessage): void {
  process.send?.(message);
}

process.on('message', (task: ChildTask) => {
  if (task.keep !== undefined) {
    const { reader, seed, first, folder, keep } = task;
    void (async () => {
      const { make } = await (await loadReader(reader)).prepare(folder);
      writeFileSync(join(keep, `${reader}-${seed}-${first}`), make(new Random(seed, first)));
      process.disconnect();
    })();
    return;
  }
  void work(task).then(() => process.disconnect());
});
