import type { Condition } from '../condition.ts';
import { exampleTexts, withAnswer } from '../example-answer.ts';

/** Whoever goes by the examples calls things as these do now; whoever goes by memory does not (Wei et al. 2023, arXiv 2303.03846). */
export const condition: Condition = {
  name: 'flipped answers',
  does: 'every answer in the examples replaced by another one, the same by the same: of two choices the other',
  change(task, shots, { chance }) {
    const texts = exampleTexts(task, shots);
    if (typeof texts === 'string') return texts;
    const own = texts.map(({ answer }) => answer);
    const known = [...new Set(task.choices?.map((choice) => choice.trim()) ?? own)];
    if (known.length < 2) return 'its examples all have the same answer, so there is no other to put there';
    const stranger = own.find((answer) => !known.includes(answer));
    if (stranger !== undefined)
      return `${JSON.stringify(stranger)}, an example's answer, is none of its choices`;
    // Each becomes the next in a circle drawn by chance, so that none stays as it is.
    const circle = chance.shuffle(known);
    const flipped = new Map(
      circle.map((answer, place) => [answer, circle[(place + 1) % circle.length] ?? answer]),
    );
    const says = task.answers.flatMap((answer) => flipped.get(answer.trim()) ?? []);
    return {
      shots: shots.map((shot, place) => {
        const text = texts[place];
        return text === undefined ? shot : withAnswer(shot, text, flipped.get(text.answer) ?? text.answer);
      }),
      ...(says.length > 0 && { says: choicesOf(task.choices, says) }),
    };
  },
};

/** As they stand among the choices, spaces and all. */
function choicesOf(choices: readonly string[] | undefined, answers: readonly string[]): readonly string[] {
  return choices?.filter((choice) => answers.includes(choice.trim())) ?? answers;
}
