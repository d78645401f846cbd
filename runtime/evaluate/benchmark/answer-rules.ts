import { UserError } from '../../../artifact/user-error.ts';
import { openOkVqaStemmer } from '../metrics/index.ts';
import type { AnswerRule } from './benchmark.ts';

/** Everything before the first of some texts. */
function before(text: string, ends: RegExp): string {
  return text.split(ends, 1)[0] ?? '';
}

const captionOf = (answer: string) => before(answer, /Output/).replaceAll('"', '');
const shortAnswerOf = (answer: string) => before(before(answer, /Question|Answer|Short/), /, /);

/** As the model wrote it, but for spaces around it. */
export const AS_WRITTEN: AnswerRule = {
  rule: 'as written, without spaces around it',
  open: async () => (answer) => answer.trim(),
};

/** OpenFlamingo's for captions (`postprocess_captioning_generation`). */
export const CAPTION: AnswerRule = {
  rule: "what is before 'Output', without quotation marks",
  open: async () => (answer) => captionOf(answer).trim(),
};

/** OpenFlamingo's for answers to questions (`postprocess_vqa_generation`). */
export const SHORT_ANSWER: AnswerRule = {
  rule: "what is before 'Question', 'Answer' or 'Short', and before the first comma and space",
  open: async () => (answer) => shortAnswerOf(answer).trim(),
};

/** OpenFlamingo's for OK-VQA (`postprocess_ok_vqa_generation`): stemmed, as the data set's answers are. */
export const STEMMED_ANSWER: AnswerRule = {
  rule: `${SHORT_ANSWER.rule}; stemmed`,
  async open({ nltkData }) {
    if (nltkData === undefined) {
      throw new UserError(
        "OK-VQA's answers are stemmed with NLTK's tagger and WordNet under the protocol 'open-flamingo', and no folder of them was given: give --nltk-data, the folder nltk_data, or --protocol paper.",
      );
    }
    const stem = await openOkVqaStemmer(nltkData);
    return (answer) => stem(shortAnswerOf(answer));
  },
};
