/** Questions and people's answers as the VQA data sets have them. */
export interface VqaData {
  readonly questions: readonly {
    readonly image_id: number | string;
    readonly question: string;
    readonly question_id: number;
  }[];
  readonly annotations: readonly object[];
}

const QUESTIONS = ['What is it?', 'What colour is it?', 'How many are there?', 'Is it alive?'];
const ANSWERS = ['cat', 'red', '2', 'yes', 'dog', 'no'];

/** @param more further fields of an answer, as the data set has them */
export function vqaData(
  imageIds: readonly (number | string)[],
  first: number,
  more: (answer: string) => object = () => ({}),
): VqaData {
  const questions = imageIds.map((image_id, index) => ({
    image_id,
    question: QUESTIONS[index % QUESTIONS.length] ?? '',
    question_id: first + index,
  }));
  const annotations = questions.map(({ image_id, question_id }, index) => {
    const own = ANSWERS[index % ANSWERS.length] ?? '';
    const other = ANSWERS[(index + 1) % ANSWERS.length] ?? '';
    const answers = Array.from({ length: 10 }, (_, person) => {
      const answer = person < 7 ? own : other;
      return { answer, answer_confidence: 'yes', answer_id: person + 1, ...more(answer) };
    });
    return {
      question_type: 'what is',
      multiple_choice_answer: own,
      answers,
      image_id,
      answer_type: 'other',
      question_id,
    };
  });
  return { questions, annotations };
}

/** What stands at the beginning of VQA's files. */
export const VQA_HEADER = {
  info: { description: 'ours', version: '2.0', year: 2026 },
  task_type: 'Open-Ended',
  data_type: 'mscoco',
  license: { name: 'none' },
};
