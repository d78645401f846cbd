import { UserError } from '../compiler/artifact/user-error.ts';
import {
  forkRows,
  type LanguageModel,
  type PreparedPrompt,
  type ReadText,
} from './generate/language-model.ts';

/** Candidates that are read in one run of the language graph. */
const CANDIDATES_AT_ONCE = 16;

/**
 * Log-probability of each token of each candidate after a prompt, log p(token | prompt, the candidate's tokens before
 * it). The prompt is read once; candidates are read side by side, 16 at a time, on copies of its cache.
 *
 * @param candidates Token ids of each candidate, none of them empty.
 * @throws UserError for an empty candidate; the signal's reason when aborted.
 */
export async function scoreCandidates(
  model: LanguageModel,
  prompt: PreparedPrompt,
  candidates: readonly (readonly number[])[],
  { signal, atOnce = CANDIDATES_AT_ONCE }: { signal?: AbortSignal; atOnce?: number } = {},
): Promise<number[][]> {
  const empty = candidates.findIndex((tokens) => tokens.length === 0);
  if (empty >= 0) throw new UserError(`Choice ${empty} has no tokens: give each choice at least one word.`);
  signal?.throwIfAborted();
  const { next, text } = await model.prefill([prompt], { rows: 1, newTokens: 0 });
  try {
    const scores = candidates.map(([first]) => [next[0]?.[first ?? 0] ?? Number.NaN]);
    // similar lengths side by side waste little on padding
    const longer = [...candidates.entries()]
      .filter(([, tokens]) => tokens.length > 1)
      .sort(([, a], [, b]) => a.length - b.length);
    for (let start = 0; start < longer.length; start += atOnce) {
      signal?.throwIfAborted();
      const group = longer.slice(start, start + atOnce);
      const rest = await continueWith(
        model,
        text,
        group.map(([, tokens]) => tokens),
      );
      for (const [place, [index]] of group.entries()) scores[index]?.push(...(rest[place] ?? []));
    }
    return scores;
  } finally {
    text.cache.release();
  }
}

/** For each candidate the log-probabilities of its tokens after the first. */
async function continueWith(
  model: LanguageModel,
  text: ReadText,
  candidates: readonly (readonly number[])[],
): Promise<number[][]> {
  const inputs = candidates.map((tokens) => tokens.slice(0, -1));
  const longest = inputs.reduce((most, { length }) => Math.max(most, length), 0);
  const copies = forkRows(
    text,
    candidates.map(() => 0),
    longest,
  );
  try {
    const next = (
      await model.continue(
        copies,
        inputs,
        inputs.map((tokens) => [...tokens.keys()]),
      )
    ).values();
    return candidates.map((tokens) =>
      tokens.slice(1).map((token) => next.next().value?.[token] ?? Number.NaN),
    );
  } finally {
    copies.cache.release();
  }
}
