import type { LanguageManifest } from '../../artifact/manifest.ts';
import type { MemoryPlan } from '../generate/cache/memory-plan.ts';
import type { PrefixCache } from '../generate/cache/prefix-cache.ts';
import type { LanguageModel } from '../generate/language-model.ts';
import type { PixelRule } from '../images/pixel-rule.ts';
import type { MediaWay } from '../media/way.ts';
import type { Platform } from '../platform.ts';
import type { Examples } from '../prompt/examples.ts';
import type { Preparation } from './preparation.ts';
import type { PreparedTasks, Task } from './prepared-tasks.ts';
import type { HeldTask, LoadedTask, RequestOptions } from './protocol.ts';
import { TaskFiles } from './task-files.ts';
import { TaskReader } from './task-reader.ts';

export type EngineTasksParts = {
  readonly platform: Platform;
  readonly manifest: LanguageManifest;
  readonly pixels: PixelRule;
  readonly way: MediaWay;
  readonly language: LanguageModel;
  readonly plan: MemoryPlan;
  readonly prefixes: PrefixCache;
  /** Tokens of prompts that are read in one run. */
  readonly chunk: number;
  readonly preparation: Preparation;
  /** Where those are that questions are asked to; the same as `preparation` has. */
  readonly held: PreparedTasks;
  /** Refuses weights that have changed under the model. */
  readonly checkWeights: () => Promise<void>;
  /** Does work that needs the language graph, which may be loaded for it alone. */
  readonly withLanguage: <R>(work: () => Promise<R>) => Promise<R>;
};

/** What is asked of an engine about prepared tasks. */
export class EngineTasks {
  readonly #parts: EngineTasksParts;
  readonly #files: TaskFiles;
  readonly #reader: TaskReader;

  constructor(parts: EngineTasksParts) {
    const { manifest, chunk, plan, prefixes, preparation, language } = parts;
    this.#parts = parts;
    this.#files = new TaskFiles(parts);
    const files = this.#files;
    const settings = manifest.language;
    this.#reader = new TaskReader({ preparation, language, settings, plan, prefixes, files, chunk });
  }

  /**
   * Reads what every prompt of a task begins with.
   *
   * @throws UserError for examples that the model cannot be asked with, and for more than is kept at once
   */
  async prepare(examples: Examples, request: RequestOptions = {}): Promise<HeldTask> {
    const { checkWeights, withLanguage } = this.#parts;
    await checkWeights();
    return this.#hold(await withLanguage(() => this.#reader.read(examples, request)));
  }

  /** @throws UserError for a file that is no task, is damaged, or was prepared by another model */
  async load(path: string): Promise<LoadedTask> {
    await this.#parts.checkWeights();
    const task = await this.#reader.load(path);
    return { ...this.#hold(task), examples: task.facts.examples };
  }

  /** @throws UserError for a task that is closed, or a file that cannot be written */
  async save(id: number, path: string, { signal }: RequestOptions = {}): Promise<undefined> {
    const task = this.#parts.held.get(id);
    await this.#files.write(path, task.facts, await task.prefix(signal));
  }

  close(id: number): undefined {
    this.#parts.held.close(id);
  }

  #hold(task: Task): HeldTask {
    return { task: this.#parts.held.add(task), tokens: task.facts.tokens.length };
  }
}
