import { randomBytes } from 'node:crypto';
import { link, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { LIMITS } from '../../dsl/limits.ts';
import { readRegularFile } from '../read-regular-file.ts';
import { isSystemError } from '../system-error.ts';
import { hasEnded, type ProcessIdentity, parseIdentity, thisProcess } from './process-identity.ts';

/** A place that this process has to itself until it gives it back. */
export interface Claim extends AsyncDisposable {
  /** Whether it still has it: nobody took it for dead. */
  isHeld(): Promise<boolean>;
}

/** How often, in milliseconds, a claim's file is touched, by which processes of other machines see that it is alive. */
const BEAT = 2000;
/** How long a claim of which nothing else is known must have been still before it counts as abandoned. */
const PATIENCE = 20_000;

/** Who has a place. */
export interface Holder {
  readonly process: ProcessIdentity | undefined;
  /** Whether that is certain, or it may have been killed and has not been still for long enough. */
  readonly isAlive: boolean;
}

/**
 * Claims a place by a file that is not there while nobody has it. The file says which process has it. Where that has
 * ended, by its number and the moment at which it began, its claim is taken over at once; where that cannot be known,
 * as in another container or on another machine, when its file has not been touched for twenty seconds.
 *
 * @param path the file
 * @param onHeld called when another has it, and when more is known of that: throws, or returns to wait
 * @param patience milliseconds in place of the twenty seconds
 */
export async function claim(
  path: string,
  onHeld: (holder: Holder) => void,
  patience = PATIENCE,
): Promise<Claim> {
  let watched: { readonly text: string; readonly beat: number; readonly since: number } | undefined;
  for (;;) {
    const own = await create(path);
    if (own !== undefined) return own;
    const found = await look(path);
    if (found === undefined) continue;
    const process = parseIdentity(found.text);
    const ended = process && hasEnded(process);
    const isStill = watched?.text === found.text && watched.beat === found.beat;
    if (watched === undefined || !isStill) {
      const hasBeaten = watched !== undefined;
      watched = { ...found, since: performance.now() };
      if (ended !== true) onHeld({ process, isAlive: ended === false || hasBeaten });
    }
    if (ended === true || (ended === undefined && performance.now() - watched.since > patience)) {
      await remove(path, found.text);
      continue;
    }
    // Writers that wait for each other should not do so in step.
    await pause(ended === false ? 2 + 20 * Math.random() : 250);
  }
}

/**
 * Whether the process that made a claim has ended, as far as can be known without waiting: one of another machine
 * counts as ended when its file has not been touched for ten minutes.
 *
 * @returns undefined where there is no claim
 */
export async function isAbandoned(path: string): Promise<boolean | undefined> {
  const found = await look(path);
  if (found === undefined) return undefined;
  const process = parseIdentity(found.text);
  return (process && hasEnded(process)) ?? Date.now() - found.beat > 600_000;
}

/** @returns undefined where another was first */
async function create(path: string): Promise<Claim | undefined> {
  const text = JSON.stringify({ ...thisProcess(), mark: randomBytes(8).toString('hex') });
  // A file of that name appears with its content in it, also when this process is killed meanwhile.
  const partial = `${path}.${randomBytes(4).toString('hex')}.partial`;
  try {
    await writeFile(partial, text);
    await link(partial, path).catch((error: unknown) => {
      if (isSystemError(error) && error.code === 'EEXIST') throw error;
      // A disk without links.
      return writeFile(path, text, { flag: 'wx' });
    });
  } catch (error) {
    if (isSystemError(error) && error.code === 'EEXIST') return undefined;
    throw error;
  } finally {
    await rm(partial, { force: true });
  }
  const beat = () => void utimes(path, new Date(), new Date()).catch(() => {});
  const timer = setInterval(beat, BEAT).unref();
  const isHeld = async () => (await look(path))?.text === text;
  return {
    isHeld,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      if (await isHeld()) await rm(path, { force: true });
    },
  };
}

async function look(path: string): Promise<{ readonly text: string; readonly beat: number } | undefined> {
  try {
    return {
      text: (await readRegularFile(path, LIMITS.claim)).toString('utf8'),
      beat: (await stat(path)).mtimeMs,
    };
  } catch (error) {
    if (isSystemError(error) && ['ENOENT', 'ENOTDIR'].includes(error.code)) return undefined;
    throw error;
  }
}

/** Removes an abandoned claim, unless somebody else has just done so and has the place. */
async function remove(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}.old`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readRegularFile(aside, LIMITS.claim)).toString('utf8') !== text)
    await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
}
