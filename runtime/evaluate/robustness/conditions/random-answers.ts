import type { Condition } from '../condition.ts';
import { exampleTexts, withAnswer } from '../example-answer.ts';

/** Shows what is left where examples tell form and answers alone (Min et al. 2022, arXiv 2202.12837). */
export const condition: Condition = {
  name: 'random answers',
  does: "every example's answer drawn by chance: from the task's choices, or from all answers of its kind's examples",
  change(task, shots, { chance, labels }) {
    const texts = exampleTexts(task, shots);
    if (typeof texts === 'string') return texts;
    const pool = task.choices?.map((choice) => choice.trim()) ?? labels;
    if (pool.length < 2) return 'there is one answer alone to draw from';
    return {
      shots: shots.map((shot, place) => {
        const text = texts[place];
        if (text === undefined) return shot;
        return withAnswer(shot, text, pool[chance.below(pool.length)] ?? text.answer);
      }),
    };
  },
};
