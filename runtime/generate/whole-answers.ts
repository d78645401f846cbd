import type { MemoryPlan, Release } from './cache/memory-plan.ts';
import type { PreparedPrompt } from './language-model.ts';
import type { GenerateSettings } from './options.ts';
import type { Hypothesis } from './search/search.ts';
import type { SingleAnswer } from './search/single-answer.ts';
import { noNumbers } from './token-distribution.ts';
import type { WholeGeneration, Writing, Written, WrittenText } from './whole-generation.ts';

/** Prompts that are answered in one run: as many as a model answers side by side unless it is told otherwise. */
const AT_ONCE = 32;

/** Tokens that are written in one run where somebody waits for each, or may stop it by what is written. */
export const CHUNK = 32;

export type WholeRequest = {
  /** Tokenises the prompt and reads its pictures. */
  prepare(): Promise<PreparedPrompt>;
  readonly settings: GenerateSettings;
  /** What takes the tokens as they come. */
  readonly answer: SingleAnswer;
  /** Whether tokens are to be told, or end the answer by their text, before it ends by itself. */
  readonly listens: boolean;
  readonly signal?: AbortSignal | undefined;
};

/** A request whose prompt is prepared. */
type Waiting = Omit<WholeRequest, 'prepare'> & {
  readonly prompt: PreparedPrompt;
  end(error?: unknown): void;
};

/**
 * Answers requests by the graph that writes whole answers, several in one run: those that come while others are written
 * wait until these have ended. A run writes the answers to their ends, or `CHUNK` tokens of them where somebody listens;
 * where somebody may stop them, twice as many each time.
 */
export class WholeAnswers {
  readonly #generation: WholeGeneration;
  readonly #plan: MemoryPlan;
  #waiting: readonly Waiting[] = [];
  #isWorking = false;

  constructor(generation: WholeGeneration, plan: MemoryPlan) {
    this.#generation = generation;
    this.#plan = plan;
  }

  /**
   * Answers a request beside others.
   *
   * @returns its answer; when aborted, what there is so far
   * @throws what preparing it throws, and UserError for one that is larger than the memory that is planned
   */
  async answer({ prepare, ...request }: WholeRequest): Promise<Hypothesis> {
    const { settings, answer, signal } = request;
    let release: Release | undefined;
    try {
      signal?.throwIfAborted();
      const prompt = await prepare();
      const size = { prompt: prompt.tokens.length, written: settings.maxNewTokens, rows: 1 };
      release = await this.#plan.reserve(size, signal);
      await new Promise<void>((resolve, reject) => {
        const end = (error?: unknown) => (error === undefined ? resolve() : reject(error));
        this.#waiting = [...this.#waiting, { ...request, prompt, end }];
        if (!this.#isWorking) void this.#work();
      });
      return answer.result();
    } catch (error) {
      if (signal?.aborted && error === signal.reason) return answer.result();
      throw error;
    } finally {
      release?.();
    }
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    // Those that come together begin together.
    await turn();
    while (this.#waiting.length > 0) {
      const chosen = this.#waiting.slice(0, AT_ONCE);
      this.#waiting = this.#waiting.slice(AT_ONCE);
      await this.#write(chosen);
    }
    this.#isWorking = false;
  }

  /** Writes the answers of some to their ends. */
  async #write(requests: readonly Waiting[]): Promise<void> {
    let live = requests.filter((each) => !this.#isStopped(each));
    let chunk = CHUNK;
    try {
      let text: WrittenText | undefined;
      while (live.length > 0) {
        const listens = live.some((each) => each.listens);
        const mayStop = live.some(({ signal }) => signal !== undefined);
        const longest = listens ? CHUNK : mayStop ? chunk : Number.POSITIVE_INFINITY;
        chunk *= 2;
        const rest = live.map(({ settings, answer }) => settings.maxNewTokens - answer.length);
        const most = rest.map((each) => Math.min(longest, each));
        const isLast = rest.every((each) => each <= longest);
        const { written, text: after }: Writing =
          text === undefined
            ? await this.#generation.begin(
                live.map(({ prompt, settings }) => ({ prompt, settings })),
                { most, isLast },
              )
            : await this.#generation.continue(text, { most, isLast });
        await turn();
        const goOn = [...live.keys()].filter((row) => {
          const request = live[row];
          return request !== undefined && this.#take(request, written[row]) && !this.#isStopped(request);
        });
        live = goOn.flatMap((row) => live[row] ?? []);
        text = after && this.#generation.select(after, goOn);
      }
    } catch (error) {
      for (const { end } of live) end(error);
    }
  }

  /** Ends a request that its caller has stopped. */
  #isStopped({ signal, end }: Waiting): boolean {
    if (signal?.aborted !== true) return false;
    end();
    return true;
  }

  /** Takes what was written of one answer, and says whether it goes on. */
  #take({ answer, end }: Waiting, written: Written | undefined): boolean {
    try {
      const { tokens = [], logProbabilities = [] } = written ?? {};
      if (logProbabilities.some(Number.isNaN)) throw noNumbers();
      for (const [place, token] of tokens.entries()) {
        if (answer.take(token, logProbabilities[place] ?? Number.NaN)) continue;
        end();
        return false;
      }
      return true;
    } catch (error) {
      end(error);
      return false;
    }
  }
}

/** The event loop's turn: messages come in. */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 0);
  });
}
