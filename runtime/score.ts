import { UserError } from '../artifact/user-error.ts';
import { type LanguageModel, type PreparedPrompt, requireNumbers } from './generate/language-model.ts';
import { type ReadOptions, readPrompt } from './generate/prompt-reader.ts';

/** Tokens of candidates that are read in one run of the language graph, unless one candidate has more. */
const TOKENS_AT_ONCE = 256;

export type CandidateOptions = ReadOptions & {
  /** Most tokens of candidates in one run, default 256. */
  readonly atOnce?: number;
};

/**
 * Log-probability of each token of each candidate after a prompt, log p(token | prompt, the candidate's tokens before
 * it). The prompt is read once; candidates are read side by side on its cache.
 *
 * @param candidates Token ids of each candidate, none of them empty.
 * @throws UserError for an empty candidate; the signal's reason when aborted.
 */
export async function scoreCandidates(
  model: LanguageModel,
  prompt: PreparedPrompt,
  candidates: readonly (readonly number[])[],
  { atOnce = TOKENS_AT_ONCE, ...options }: CandidateOptions = {},
): Promise<number[][]> {
  const empty = candidates.findIndex((tokens) => tokens.length === 0);
  if (empty >= 0) throw new UserError(`Choice ${empty} has no tokens: give each choice at least one word.`);
  const { next, text } = await readPrompt(model, prompt, options);
  try {
    requireNumbers([next]);
    const scores = candidates.map(([first]) => [next[first ?? 0] ?? Number.NaN]);
    const longer = [...candidates.entries()].filter(([, tokens]) => tokens.length > 1);
    for (const group of groupsOf(longer, atOnce)) {
      options.signal?.throwIfAborted();
      const rest = await model.branch(
        text,
        group.map(([, tokens]) => tokens.slice(0, -1)),
      );
      for (const [place, [index, tokens]] of group.entries()) {
        const following = tokens.slice(1);
        scores[index]?.push(...following.map((token, after) => rest[place]?.[after]?.[token] ?? Number.NaN));
      }
    }
    return scores;
  } finally {
    text.cache.release();
  }
}

/** Candidates in their order, in groups of at most so many tokens; a longer one is a group of its own. */
function groupsOf<Candidate extends readonly [number, readonly number[]]>(
  candidates: readonly Candidate[],
  most: number,
): Candidate[][] {
  const groups: Candidate[][] = [];
  let room = 0;
  for (const candidate of candidates) {
    const { length } = candidate[1];
    if (length > room) {
      groups.push([]);
      room = most;
    }
    groups.at(-1)?.push(candidate);
    room -= length;
  }
  return groups;
}
