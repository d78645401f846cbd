// Loaded before the command line (`node --import`): records when the stages of a compilation begin, told by the modules
// that they load, and at the end the peak of the process's memory and the bytes it has read. Lines of JSON go to the file named by BENCH_RECORD.
import { appendFileSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { ownPeak } from './own-peak.mjs';

const file = process.env.BENCH_RECORD;
if (file === undefined) throw new Error('BENCH_RECORD names no file');
const record = (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`);

record({ stage: 'process', at: performance.timeOrigin });
process.on('exit', () => {
  record({ stage: 'end', at: performance.timeOrigin + performance.now() });
  record({ peak: ownPeak() });
  record({ read: bytesRead() });
});
/** Bytes that the process has read from files, by Linux's account; 0 elsewhere. */
function bytesRead() {
  try {
    return Number(/rchar: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

register('./stage-hooks.mjs', import.meta.url, { data: { file } });
