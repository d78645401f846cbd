import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';
import type { FewShotPrompt, Pictures, Shot } from './prompt.ts';

/** How captions and answers are worded. Without the last argument: the text of a query, for the model to go on from. */
export type Templates = {
  caption(caption?: string): string;
  question(question: string, answer?: string): string;
};

/** OpenFlamingo's wording (open_flamingo/eval of the original): no spaces after the colons. */
export const OPEN_FLAMINGO_TEMPLATES: Templates = {
  caption: (caption = '') => `Output:${caption}`,
  question: (question, answer = '') => `Question:${question} Short answer:${answer}`,
};

/**
 * The Flamingo paper's wording: spaces after the colons. A query ends at the colon, as tokenizers of the models in
 * use keep a space with the word after it.
 */
export const PAPER_TEMPLATES: Templates = {
  caption: (caption) => (caption === undefined ? 'Output:' : `Output: ${caption}`),
  question: (question, answer) =>
    answer === undefined ? `Question: ${question} Answer:` : `Question: ${question} Answer: ${answer}`,
};

export type CaptionShot = Pictures & { readonly caption: string };
export type QuestionShot = Pictures & { readonly question: string; readonly answer: string };

/** A prompt that asks for a caption of the query's pictures after captioned examples. Default: OpenFlamingo's wording. */
export function captionPrompt(
  prompt: { readonly shots?: readonly CaptionShot[]; readonly query: Pictures },
  templates: Templates = OPEN_FLAMINGO_TEMPLATES,
): FewShotPrompt {
  checkArgument('the prompt', schemas.captionPrompt, prompt);
  checkArgument('the templates', schemas.templates, templates);
  const { shots = [], query } = prompt;
  return {
    shots: shots.map(({ caption, ...pictures }): Shot => ({ ...pictures, text: templates.caption(caption) })),
    query: { ...query, text: templates.caption() },
  };
}

/** A prompt that asks a question about the query's pictures after answered examples. Default: OpenFlamingo's wording. */
export function questionPrompt(
  prompt: {
    readonly shots?: readonly QuestionShot[];
    readonly query: Pictures & { readonly question: string };
  },
  templates: Templates = OPEN_FLAMINGO_TEMPLATES,
): FewShotPrompt {
  checkArgument('the prompt', schemas.questionPrompt, prompt);
  checkArgument('the templates', schemas.templates, templates);
  const { shots = [], query } = prompt;
  const { question: asked, ...queried } = query;
  return {
    shots: shots.map(
      ({ question, answer, ...pictures }): Shot => ({
        ...pictures,
        text: templates.question(question, answer),
      }),
    ),
    query: { ...queried, text: templates.question(asked) },
  };
}
