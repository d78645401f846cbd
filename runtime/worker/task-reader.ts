import type { LanguageSettings } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { MemoryPlan } from '../generate/cache/memory-plan.ts';
import type { Prefix, PrefixCache } from '../generate/cache/prefix-cache.ts';
import { type StoredTokens, sliceStored } from '../generate/cache/stored-tokens.ts';
import type { LanguageModel, PreparedPrompt } from '../generate/language-model.ts';
import { readPrompt } from '../generate/prompt-reader.ts';
import type { Examples } from '../prompt/examples.ts';
import type { Preparation } from './preparation.ts';
import { Task, type TaskFacts } from './prepared-tasks.ts';
import type { RequestOptions } from './protocol.ts';
import type { FiledTask, TaskFiles } from './task-files.ts';

export type TaskReaderParts = {
  readonly preparation: Preparation;
  readonly language: LanguageModel;
  readonly settings: LanguageSettings;
  readonly plan: MemoryPlan;
  readonly prefixes: PrefixCache;
  readonly files: TaskFiles;
  /** Tokens that are read in one run. */
  readonly chunk: number;
};

/** Reads what every prompt of a task begins with, and keeps it for the questions. */
export class TaskReader {
  readonly #parts: TaskReaderParts;

  constructor(parts: TaskReaderParts) {
    this.#parts = parts;
  }

  /** @throws UserError for examples that the model cannot read, and for more than is kept at once */
  async read(examples: Examples, request: RequestOptions): Promise<Task> {
    const { prefixes } = this.#parts;
    const { facts } = await this.#read(examples, request);
    return new Task(
      facts,
      () => prefixes.find(facts.keys, facts.keys.length),
      async () => (await this.#read(examples, {}, facts)).prefix,
    );
  }

  /**
   * Reads a task from a file.
   *
   * @throws UserError for a file that is none, is damaged, was prepared by another model or is larger than what is kept
   */
  async load(path: string): Promise<Task> {
    const { prefixes } = this.#parts;
    const { facts, checksum } = await this.#load(path);
    return new Task(
      facts,
      () => prefixes.find(facts.keys, facts.keys.length),
      async () => {
        const again = await this.#load(path);
        if (again.checksum === checksum) return again.prefix;
        throw new UserError(`${path} is another task than when it was loaded: load it again.`);
      },
    );
  }

  async #load(path: string): Promise<FiledTask> {
    const { files, prefixes, settings } = this.#parts;
    const task = await files.read(path, prefixes.most);
    const { facts, prefix } = task;
    const [whole] = prefix.parts;
    if (whole === undefined) throw new Error('a task from a file is in one part');
    const copy = async (first: number) => sliceStored(whole.stored, settings, first, prefix.length);
    return { ...task, prefix: await prefixes.keep(facts.keys, copy, prefix.pictures) };
  }

  /** @param before what was known of the examples when they were first read */
  async #read(
    examples: Examples,
    request: RequestOptions,
    before?: TaskFacts,
  ): Promise<{ facts: TaskFacts; prefix: Prefix }> {
    const { preparation, language, settings, plan, prefixes } = this.#parts;
    const { facts, prompt } = await preparation.examples(examples, request);
    requireSamePictures(facts, before);
    const { keys } = facts;
    // A model that reads prompts whole has its pictures encoded, and reads the text again with each question.
    if (!language.inPieces) return { facts, prefix: { length: 0, parts: [], pictures: undefined } };
    const pictures = language.seenAfter(prompt);
    const size = prefixes.sizeOf(keys, pictures);
    if (size > prefixes.most) {
      throw new UserError(
        `The task's examples take room for ${size} tokens but ${prefixes.most} are kept at most: give fewer examples, or load the model with a larger 'keptTokens' or 'cachedTokens'.`,
      );
    }
    const { signal } = request;
    const release = await plan.reserve({ prompt: keys.length, written: 0, rows: 1, batched: false }, signal);
    const stored = await this.#readWhole(prompt, signal).finally(release);
    const copy = async (first: number) => sliceStored(stored, settings, first, keys.length);
    return { facts, prefix: await prefixes.keep(keys, copy, pictures) };
  }

  /** Keys and values of all tokens of a prompt. */
  async #readWhole(prompt: PreparedPrompt, signal: AbortSignal | undefined): Promise<StoredTokens> {
    const { language, chunk, prefixes } = this.#parts;
    const { text } = await readPrompt(language, prompt, { signal, chunk, prefixes });
    try {
      return await text.cache.copy(0, 0, prompt.tokens.length);
    } finally {
      text.release();
    }
  }
}

function requireSamePictures({ pictures }: TaskFacts, before: TaskFacts | undefined): void {
  if (before === undefined) return;
  const changed = before.pictures.findIndex(({ name }, index) => name !== pictures[index]?.name);
  if (changed < 0) return;
  throw new UserError(
    `Picture ${changed + 1} of the task's examples has changed since they were read: prepare the task again.`,
  );
}
