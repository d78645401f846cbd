import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ImagePreprocessing } from '../../../artifact/manifest.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { loadImage } from '../../../runtime/images/load-image.ts';

/**
 * Reads the pictures that are named, or with `--mutated n` each of them n times with other bytes changed, and prints
 * what came of each and the most memory that it took.
 */
const rules: ImagePreprocessing = {
  size: 32,
  resize: 'stretch',
  interpolation: 'bicubic',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  maxFrames: 1,
};

async function read(source: string | Uint8Array): Promise<string> {
  try {
    await loadImage(source, rules);
    return 'read';
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

/** Numbers from 0 to below `most`, the same in every run. */
function* numbers(): Generator<number, never, number> {
  let state = 1;
  let most = 1;
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    most = yield Math.floor((state / 2 ** 32) * most);
  }
}

const draw = numbers();
draw.next();

function mutated(file: Buffer): Buffer {
  const copy = Buffer.from(file);
  const end = draw.next(2).value === 0 ? Math.min(64, copy.length) : copy.length;
  for (let count = 1 + draw.next(6).value; count > 0; count -= 1)
    copy[draw.next(end).value] = draw.next(256).value;
  return draw.next(8).value === 0 ? copy.subarray(0, draw.next(copy.length).value) : copy;
}

const words = process.argv.slice(2);
const said: string[] = [];
if (words[0] === '--mutated') {
  for (const path of words.slice(2)) {
    const file = await readFile(path);
    for (let time = 0; time < Number(words[1]); time += 1) said.push(await read(mutated(file)));
  }
} else for (const path of words) said.push(await read(path));
process.stdout.write(JSON.stringify({ said, mebibytes: peakMebibytes() }));

/** The most memory that this program has held; what `resourceUsage` says begins with that of the process that forked it. */
function peakMebibytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 2 ** 10;
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kibibytes) / 2 ** 10;
}
