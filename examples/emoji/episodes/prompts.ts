/** What an answer about a picture may be. */
export const ANSWER_KINDS = ['name', 'group', 'keyword', 'es', 'fr', 'de'] as const;
export type AnswerKind = (typeof ANSWER_KINDS)[number];

/** Words that ask for each kind of answer. */
export const KIND_PROMPTS: Record<AnswerKind, string> = {
  name: 'name:',
  group: 'group:',
  keyword: 'keyword:',
  es: 'spanish:',
  fr: 'french:',
  de: 'german:',
};

/**
 * Words before an answer that do not tell its kind, and how often an episode uses them, throughout: nothing at all, or
 * OpenFlamingo's `Output:`, or others.
 */
export const FRAMES = [
  ['', 5],
  ['output:', 3],
  ['answer:', 0.5],
  ['this is', 0.5],
  ['a picture of', 0.5],
  ['question: what is this? answer:', 0.5],
] as const satisfies readonly (readonly [text: string, weight: number])[];
