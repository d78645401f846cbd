import { type FileHandle, open, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Claim, claim } from '../../../../artifact/folder/claim.ts';
import { makeFolder } from '../../../../artifact/folder/make-folder.ts';
import { removePartials } from '../../../../artifact/folder/remove-partials.ts';
import { writeWhole } from '../../../../artifact/folder/write-whole.ts';
import { isSystemError, refusal } from '../../../../artifact/system-error.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { jsonLines } from '../files/json-lines.ts';
import { OUTCOME, type Outcome, outcomeKey } from './outcome.ts';
import { readSettings } from './read-settings.ts';
import { RUN_FILES } from './run-files.ts';
import { difference, type Settings } from './settings.ts';

/** Bytes that are kept free for what is in memory when the disk becomes full. */
const RESERVE = 2 ** 20;

/**
 * The answers of a run, in a folder: each is there as soon as it is given, so that a run that was killed goes on where it
 * was. Close it.
 */
export class Journal implements AsyncDisposable {
  /** The answers that there are, by `outcomeKey`. */
  readonly outcomes: Map<string, Outcome>;
  readonly #folder: string;
  readonly #file: FileHandle;
  readonly #claim: Claim;
  /** Bytes of whole lines. */
  #length: number;

  private constructor(
    folder: string,
    file: FileHandle,
    own: Claim,
    known: { readonly outcomes: Map<string, Outcome>; readonly length: number },
  ) {
    this.#folder = folder;
    this.#file = file;
    this.#claim = own;
    this.outcomes = known.outcomes;
    this.#length = known.length;
  }

  /**
   * Opens a run's folder, or makes it.
   *
   * @throws UserError where it holds something else or a run with other settings, another process has it, or it cannot be
   * written
   */
  static async open(folder: string, settings: Settings): Promise<Journal> {
    return writing(folder, async () => {
      await makeFolder(folder);
      const own = await claim(join(folder, RUN_FILES.claim), () => {
        throw new UserError(
          `${folder} is being written by another run: wait until it has ended, or give another --out.`,
        );
      });
      try {
        await prepare(folder, settings);
        const path = join(folder, RUN_FILES.outcomes);
        const file = await open(path, 'a+');
        try {
          const known = await readOutcomes(path, file);
          await file.truncate(known.length);
          await writeFile(join(folder, RUN_FILES.reserve), new Uint8Array(RESERVE));
          return new Journal(folder, file, own, known);
        } catch (error) {
          await file.close();
          throw error;
        }
      } catch (error) {
        await own[Symbol.asyncDispose]();
        throw error;
      }
    });
  }

  /**
   * Adds answers. Where the disk is full, they are written in the room that was kept for them.
   *
   * @throws UserError where they cannot be written; those from before are there
   */
  async add(outcomes: readonly Outcome[]): Promise<void> {
    const text = Buffer.from(outcomes.map((outcome) => `${JSON.stringify(outcome)}\n`).join(''));
    const append = async () => {
      await this.#file.truncate(this.#length);
      await this.#file.appendFile(text);
    };
    try {
      await append();
    } catch (error) {
      if (!isSystemError(error)) throw error;
      await rm(join(this.#folder, RUN_FILES.reserve), { force: true });
      const saved = await append().then(
        () => true,
        () => false,
      );
      if (saved) this.#keep(outcomes, text.length);
      else await this.#file.truncate(this.#length).catch(() => {});
      const [first] = outcomes;
      const kept = saved ? 'with it' : 'without it';
      throw new UserError(
        `${refusal(join(this.#folder, RUN_FILES.outcomes), error, 'written').replace(/\.$/, '')} (at item ${first?.id ?? ''}; ${this.outcomes.size} answers are kept, ${kept}, and the same command goes on from there).`,
      );
    }
    this.#keep(outcomes, text.length);
  }

  #keep(outcomes: readonly Outcome[], bytes: number): void {
    this.#length += bytes;
    for (const outcome of outcomes) this.outcomes.set(outcomeKey(outcome), outcome);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
    await rm(join(this.#folder, RUN_FILES.reserve), { force: true });
    await this.#claim[Symbol.asyncDispose]();
  }
}

async function prepare(folder: string, settings: Settings): Promise<void> {
  await removePartials(folder, Object.values(RUN_FILES));
  const there = (await readdir(folder)).filter((name) => name !== RUN_FILES.claim);
  if (!there.includes(RUN_FILES.run)) {
    if (there.length > 0) {
      throw new UserError(
        `${folder} holds something else than a run (${there[0]}): give an --out that is new or empty.`,
      );
    }
    await writeWhole(join(folder, RUN_FILES.run), `${JSON.stringify(settings, undefined, 2)}\n`);
    return;
  }
  const other = difference(await readSettings(folder), settings);
  if (other === undefined) return;
  throw new UserError(`${folder} holds a run with ${other}: give another --out, or the same settings.`);
}

/** The answers of a run that was stopped, and how long the file is without a line that was cut off. */
async function readOutcomes(path: string, file: FileHandle) {
  const outcomes = new Map<string, Outcome>();
  const { size } = await file.stat();
  const length = await endOfLastLine(file, size);
  await file.truncate(length);
  for await (const { key, value } of jsonLines(path)) {
    const parsed = OUTCOME.safeParse(value);
    if (!parsed.success) {
      throw new UserError(`${path} line ${key} is damaged: remove that line, and the item is asked again.`);
    }
    outcomes.set(outcomeKey(parsed.data), parsed.data);
  }
  return { outcomes, length };
}

async function endOfLastLine(file: FileHandle, size: number): Promise<number> {
  const step = 2 ** 16;
  for (let end = size; end > 0; end -= step) {
    const start = Math.max(0, end - step);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(end - start), 0, end - start, start);
    const place = buffer.subarray(0, bytesRead).lastIndexOf(0x0a);
    if (place >= 0) return start + place + 1;
  }
  return 0;
}

/** @throws UserError in place of what the operating system says */
async function writing<T>(folder: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isSystemError(error))
      throw new UserError(
        `${refusal(error.path ?? folder, error, 'written').replace(/\.$/, '')}, so the results have no place there: give another --out.`,
      );
    throw error;
  }
}
