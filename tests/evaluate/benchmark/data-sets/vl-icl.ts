import { join } from 'node:path';
import { putJson, putPicture, type TestDataSet } from '../data-set.ts';

/** The tasks operator_induction, open_mi and matching_mi. */
export const dataSet: TestDataSet = {
  ...{ name: 'vl-icl', split: 'operator_induction', items: 3, support: 4 },
  async write(folder) {
    const image = async (task: string, name: string, number: number) => {
      await putPicture(join(folder, task, name), number);
      return `${task}/${name}`;
    };
    const task = 'operator_induction';
    const question = 'What is the result of the following mathematical expression?';
    const query = ['+', '-', 'x'].map(async (operator, id) => ({
      id,
      image: [await image(task, `query/${id}.jpg`, id)],
      question,
      answer: [7, 1, 12][id],
      operator,
    }));
    const support = [0, 1, 2, 3].map(async (id) => ({
      id,
      image: [await image(task, `support/${id}.jpg`, id)],
      question,
      answer: [id + 2, id - 2, 2 * id],
    }));
    await putJson(join(folder, task, 'query.json'), await Promise.all(query));
    await putJson(join(folder, task, 'support.json'), await Promise.all(support));

    const classes = ['blicket', 'dax'];
    const of = async (name: string, first: number) => ({
      images: [
        await image('open_mi', `${name}1.jpg`, first),
        await image('open_mi', `${name}2.jpg`, first + 1),
      ],
    });
    const open = {
      image: [await image('open_mi', 'query.jpg', 0)],
      question: 'This is a',
      answer: 'blicket',
      classes,
      support: { blicket: await of('blicket', 1), dax: await of('dax', 3) },
    };
    await putJson(join(folder, 'open_mi', 'query.json'), [open, { ...open, answer: 'dax' }]);
    await putJson(join(folder, 'open_mi', 'support.json'), [open]);

    const pair = async (number: number, answer: string) => ({
      image: [
        await image('matching_mi', `${number}${answer}a.jpg`, number),
        await image('matching_mi', `${number}${answer}b.jpg`, number + 1),
      ],
      question: 'Do they match?',
      answer,
    });
    const both = async (number: number) => ({
      same: await pair(number, 'yes'),
      diff: await pair(number, 'no'),
    });
    await putJson(join(folder, 'matching_mi', 'query.json'), [await pair(8, 'yes'), await pair(9, 'no')]);
    await putJson(join(folder, 'matching_mi', 'support.json'), [await both(1), await both(2)]);
  },
};
