import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Claim, claim, isAbandoned } from './claim.ts';

const CLAIM = '.claim';
const LEFT = /\.[0-9a-f]{8}\.(partial|old)$/;
/** A folder without a claim is one of an earlier release, or is just being made. */
const STILL = 60_000;

/** A folder in which something is made that will go to its place when it is whole. */
export interface PartialFolder extends AsyncDisposable {
  readonly path: string;
  /** Takes the mark of work in progress from it: it is about to be moved. */
  finish(): Promise<void>;
}

/**
 * Makes a folder under a name that begins with `prefix`; it is removed when it is disposed of, if it is still there.
 * It holds a claim, so that others leave it alone as long as this process lives, and remove it when that was killed.
 */
export async function makePartialFolder(prefix: string): Promise<PartialFolder> {
  const path = `${prefix}.${randomBytes(4).toString('hex')}.partial`;
  await mkdir(path);
  const own: Claim = await claim(join(path, CLAIM), () => {
    throw new Error(`${path} was new and is claimed`);
  });
  return {
    path,
    finish: async () => own[Symbol.asyncDispose](),
    async [Symbol.asyncDispose]() {
      await own[Symbol.asyncDispose]();
      await rm(path, { recursive: true, force: true });
    },
  };
}

/** Whether a name is that of a partial folder. */
export function isPartialFolder(name: string): boolean {
  return LEFT.test(name);
}

/**
 * Removes what killed runs left in a folder; those of processes that are alive stay. What cannot be removed stays too.
 *
 * @param prefix how the names begin; all by default
 */
export async function removeAbandoned(folder: string, prefix = ''): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    if (!name.startsWith(`${prefix}.`) && prefix !== '') continue;
    const path = join(folder, name);
    if (!isPartialFolder(name) || !(await isLeftBehind(path))) continue;
    await rm(path, { recursive: true, force: true }).catch(() => {});
  }
}

async function isLeftBehind(path: string): Promise<boolean> {
  try {
    const abandoned = await isAbandoned(join(path, CLAIM));
    if (abandoned !== undefined) return abandoned;
    const inside = (await readdir(path).catch(() => [])).map((name) => join(path, name));
    const times = await Promise.all([path, ...inside].map(async (each) => (await stat(each)).ctimeMs));
    return Date.now() - Math.max(...times) > STILL;
  } catch {
    // Somebody else is removing it.
    return false;
  }
}
