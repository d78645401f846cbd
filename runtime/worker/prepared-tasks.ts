import { UserError } from '../../artifact/user-error.ts';
import type { Prefix } from '../generate/cache/prefix-cache.ts';
import type { PromptKey } from '../generate/cache/prompt-keys.ts';
import type { EncodedMedia } from '../media/way.ts';
import type { Examples } from '../prompt/examples.ts';

/** A picture of a task's examples, of which the shapes alone are kept here. */
export type TaskPicture = { readonly name: string; readonly outline: EncodedMedia };

/** What is known of a task's examples, whether or not they are read at the moment. */
export type TaskFacts = {
  readonly examples: Examples;
  readonly pictures: readonly TaskPicture[];
  /** Their tokens, each picture's `<image>` token as often as it takes places. */
  readonly tokens: readonly number[];
  readonly keys: readonly PromptKey[];
};

/** Examples that have been read for all questions. */
export class Task {
  readonly facts: TaskFacts;
  readonly #kept: () => Prefix;
  readonly #read: () => Promise<Prefix>;
  #underway: Promise<Prefix> | undefined;

  /**
   * @param kept what is kept of the examples at the moment
   * @param read reads them again, and keeps them
   */
  constructor(facts: TaskFacts, kept: () => Prefix, read: () => Promise<Prefix>) {
    this.facts = facts;
    this.#kept = kept;
    this.#read = read;
  }

  /** Keys and values of the examples, which are read again where they had to make room for others. */
  prefix(signal?: AbortSignal): Promise<Prefix> {
    const kept = this.#kept();
    if (kept.length === this.facts.keys.length && kept.pictures !== undefined) return Promise.resolve(kept);
    this.#underway ??= this.#read().finally(() => {
      this.#underway = undefined;
    });
    return unlessAborted(this.#underway, signal);
  }
}

/** Those that a program holds, by number. */
export class PreparedTasks {
  readonly #tasks = new Map<number, Task>();
  #next = 0;

  get size(): number {
    return this.#tasks.size;
  }

  add(task: Task): number {
    const id = this.#next++;
    this.#tasks.set(id, task);
    return id;
  }

  /** @throws UserError for one that is closed */
  get(id: number): Task {
    const task = this.#tasks.get(id);
    if (task !== undefined) return task;
    throw new UserError('The task is closed: prepare it again.');
  }

  close(id: number): void {
    this.#tasks.delete(id);
  }
}

/** An encoded picture without its values. */
export function outlineOf(picture: EncodedMedia): EncodedMedia {
  return Object.fromEntries(
    Object.entries(picture).map(([name, { shape }]) => [name, { data: new Float32Array(0), shape }]),
  );
}

function unlessAborted<R>(promise: Promise<R>, signal: AbortSignal | undefined): Promise<R> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
