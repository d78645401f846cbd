/** How candidates of different lengths are made comparable: not at all, per token, or per byte of UTF-8. */
export type Normalisation = 'none' | 'tokens' | 'bytes';

/** `Choice` is the union of the choices that were given, where the types can tell. */
export type ChoiceScore<Choice extends string = string> = {
  readonly choice: Choice;
  /** log p(choice | prompt), summed over its tokens; the mean over the orders of an ensemble. */
  readonly logLikelihood: number;
  /** `logLikelihood` divided by tokens or bytes, as asked for: what choices are ranked by. */
  readonly score: number;
  /** Softmax of `score` over the choices. */
  readonly probability: number;
  /** Length in tokens. */
  readonly tokens: number;
};

/** Ranks choices by their log-likelihoods, in the order given. */
export function rankChoices(
  choices: readonly { choice: string; logLikelihood: number; tokens: number }[],
  normalise: Normalisation,
): ChoiceScore[] {
  const lengths = {
    none: () => 1,
    tokens: (tokens: number) => tokens,
    bytes: (_: number, text: string) => new TextEncoder().encode(text).length,
  };
  const scores = choices.map(
    ({ choice, logLikelihood, tokens }) => logLikelihood / lengths[normalise](tokens, choice),
  );
  const highest = Math.max(...scores);
  const total = scores.reduce((sum, score) => sum + Math.exp(score - highest), 0);
  return choices.map((each, index) => {
    const score = scores[index] ?? -Infinity;
    return { ...each, score, probability: Math.exp(score - highest) / total };
  });
}
