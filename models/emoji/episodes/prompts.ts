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

/** Words before an answer that do not tell its kind; an episode uses one throughout. Nothing at all is commonest. */
export const FRAMES = [
  'output:',
  'answer:',
  'this is',
  'a picture of',
  'question: what is this? answer:',
] as const;
