import type { PromptForm, Protocol } from './benchmark.ts';

/*
 * How items are worded. The paper: `Output: {output}` and `Question: {question} Answer: {answer}` for all benchmarks but
 * HatefulMemes and RareAct (arXiv 2204.14198, B.1.5). OpenFlamingo (open_flamingo/eval): no spaces after the colons,
 * `Short answer:`, and a line break after each example that is answered in writing.
 */

type Forms = Readonly<Record<Protocol, PromptForm>>;

/** Captions, and other texts without a question. */
export const OUTPUT: Forms = {
  paper: { asks: () => 'Output:', gap: ' ' },
  'open-flamingo': { asks: () => 'Output:', gap: '', separator: '\n' },
};

/** Names of classes: as captions, on one line. */
export const CLASS_OUTPUT: Forms = {
  paper: OUTPUT.paper,
  'open-flamingo': { asks: () => 'Output:', gap: '' },
};

/** Questions that are answered in writing. */
export const QUESTION: Forms = {
  paper: { asks: ({ question }) => `Question: ${question} Answer:`, gap: ' ' },
  'open-flamingo': {
    asks: ({ question }) => `Question:${question} Short answer:`,
    gap: '',
    separator: '\n',
  },
};

/** Questions whose answer is chosen: OpenFlamingo has none such, so they are worded as those that it has. */
export const CHOICE_QUESTION: Forms = {
  paper: QUESTION.paper,
  'open-flamingo': { asks: QUESTION['open-flamingo'].asks, gap: '' },
};
