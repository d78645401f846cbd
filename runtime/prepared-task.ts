import { checkArgument } from './arguments/check-argument.ts';
import * as schemas from './arguments/schemas.ts';
import {
  type Abortable,
  type AnswerOptions,
  type BatchOptions,
  generateAll,
  generateOne,
  type StreamOptions,
  scoreChoices,
  streamTokens,
} from './asking.ts';
import { type AnswerAfter, answersOf } from './prompt/answers-of.ts';
import type { Examples } from './prompt/examples.ts';
import type { Query } from './prompt/prompt.ts';
import type { ChoiceScore } from './score-choices.ts';
import type { WorkerClient } from './worker/client.ts';
import type { Generation, HeldTask, ScoreOptions, TokenEvent } from './worker/protocol.ts';

/** Options of scoring, with choices before them or without. */
type GivenChoices =
  | readonly [choices: readonly string[], options: ScoreOptions & Abortable]
  | readonly [options: ScoreOptions & Abortable];

/**
 * Examples that a model has read for all questions that are asked after them: a question costs what it would without
 * any. Many may be asked at once, beside whatever else the model is asked. Where other requests need the memory, the
 * examples make room and are read again with the next question; `close` forgets them.
 *
 * `Text` is the union of the examples' texts, where the types can tell.
 */
export class PreparedTask<Text extends string = string> implements AsyncDisposable {
  readonly #client: WorkerClient;
  readonly #id: number;
  readonly #examples: Examples;
  /** Tokens of the examples. */
  readonly tokens: number;

  /** Use `FlamingoModel.prepare`. */
  constructor(client: WorkerClient, { task, tokens }: HeldTask, examples: Examples) {
    this.#client = client;
    this.#id = task;
    this.#examples = examples;
    this.tokens = tokens;
  }

  /** Whether questions are turns of a dialogue. */
  get isDialogue(): boolean {
    return 'turns' in this.#examples;
  }

  /**
   * Answers a question, as `FlamingoModel.generate` answers the prompt of the examples and it.
   *
   * @throws UserError for a question or option that the model cannot take, and for a task that is closed
   */
  async generate(query: Query, options: AnswerOptions = {}): Promise<Generation> {
    return generateOne(this.#client, this.#ask(query), options);
  }

  /** Answers several questions side by side. */
  async generateBatch(queries: readonly Query[], options: BatchOptions = {}): Promise<Generation[]> {
    checkArgument('the questions', schemas.list, queries);
    return generateAll(
      this.#client,
      queries.map((query) => this.#ask(query)),
      options,
    );
  }

  /** The tokens of an answer as they are chosen; leaving the loop stops the request. */
  stream(query: Query, options: StreamOptions = {}): AsyncGenerator<TokenEvent, Generation, undefined> {
    return streamTokens(this.#client, this.#ask(query), options);
  }

  /**
   * Ranks choices after a question, as `FlamingoModel.score` does; without choices those that the examples answered.
   * These are what stands in an example's text behind the question's own, or what the assistant said in a dialogue.
   *
   * @returns In the order of the choices, or in which the examples have them.
   * @throws UserError as `FlamingoModel.score`, and without choices for an example that does not begin with the question's text
   */
  score<const Choice extends string>(
    query: Query,
    choices: readonly Choice[],
    options: ScoreOptions & Abortable,
  ): Promise<ChoiceScore<Choice>[]>;
  score<const Asked extends string = ''>(
    query: Query<Asked>,
    options: ScoreOptions & Abortable,
  ): Promise<ChoiceScore<AnswerAfter<Text, Asked>>[]>;
  async score(query: Query, ...given: GivenChoices): Promise<ChoiceScore[]> {
    const asked = this.#ask(query);
    const [choices, options] = given.length === 2 ? given : [answersOf(this.#examples, query), ...given];
    return scoreChoices(this.#client, asked, choices, options);
  }

  /**
   * Writes what was read of the examples into a file, from which `FlamingoModel.loadTask` takes it. The file appears when it
   * is complete, in the place of an earlier one.
   *
   * @throws UserError for a file that cannot be written, and for a task that is closed
   */
  async save(path: string): Promise<void> {
    checkArgument("the task's file", schemas.path, path);
    await this.#client.call<'saveTask'>({ method: 'saveTask', task: this.#id, path });
  }

  /** Forgets the examples. What is being answered is answered; later questions are refused. A second call does nothing. */
  async close(): Promise<void> {
    await this.#client.call<'closeTask'>({ method: 'closeTask', task: this.#id });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #ask(query: Query): { task: number; question: Query } {
    checkArgument('the question', schemas.query, query);
    return { task: this.#id, question: query };
  }
}
