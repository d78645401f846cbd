import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { chanceOf } from '../../../runtime/evaluate/robustness/chance.ts';
import type { Changed } from '../../../runtime/evaluate/robustness/condition.ts';
import { CONDITIONS } from '../../../runtime/evaluate/robustness/condition-registry.ts';
import { exampleText } from '../../../runtime/evaluate/robustness/example-answer.ts';
import type { EvaluationTask, TaskPiece } from '../../../runtime/evaluate/task.ts';

const piece = (image: string, text: string): TaskPiece => ({ images: [image], text });

function taskOf(
  line: number,
  answers: readonly string[],
  more: Partial<EvaluationTask> = {},
): EvaluationTask {
  return {
    ...{ line, id: `${line}`, kind: 'name', answers: [answers[0] ?? 'none'] },
    shots: answers.map((answer, place) => piece(`${line}-${place}.png`, `Output: ${answer}`)),
    query: piece(`${line}.png`, 'Output:'),
    ...more,
  };
}

function change(
  name: string,
  task: EvaluationTask,
  tasks: readonly EvaluationTask[] = [task],
  seed = 0,
): Changed {
  const condition = CONDITIONS.find((each) => each.name === name) ?? assert.fail(name);
  const labels = tasks.flatMap(({ shots }) => shots.map(({ text }) => text.replace('Output: ', '')));
  return condition.change(task, task.shots, { chance: chanceOf(`${seed}:${task.id}`), tasks, labels });
}

function changedShots(found: Changed): readonly TaskPiece[] {
  return typeof found === 'string' ? assert.fail(found) : found.shots;
}

describe('changes of examples', () => {
  it('find the answer behind the question’s text, behind its last word, or as a choice at the end', () => {
    const answerIn = (text: string, asked: string, choices?: readonly string[]) =>
      exampleText(
        taskOf(1, ['x'], { query: piece('q.png', asked), ...(choices && { choices }) }),
        piece('a.png', text),
      )?.answer;
    assert.equal(answerIn('Output: a cat', 'Output:'), 'a cat');
    assert.equal(answerIn('Output:a cat\n', 'Output:'), 'a cat');
    assert.equal(
      answerIn('Question: is it? Answer: yes, it is', 'Question: Answer: what? Answer:'),
      'yes, it is',
    );
    assert.equal(answerIn('This is a dog', 'And this is', ['a dog', 'dog', 'og']), 'a dog');
    assert.equal(answerIn('This is a bulldog', 'And this is', ['dog']), undefined);
    assert.equal(answerIn('Output:', 'Output:'), undefined);
    assert.equal(answerIn('What is it', 'is it'), undefined);
  });

  it('leave pictures and all other text as they are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 2, maxLength: 6 }),
        fc.nat(),
        (own, seed) => {
          const task = taskOf(1, own, { choices: ['a', 'b', 'c'] });
          for (const name of ['flipped answers', 'random answers']) {
            const shots = changedShots(change(name, task, [task], seed));
            assert.deepEqual(
              shots.map(({ images }) => images),
              task.shots.map(({ images }) => images),
            );
            assert.ok(shots.every(({ text }) => /^Output: [abc]$/.test(text)));
          }
        },
      ),
    );
  });

  it('flip every answer, the same to the same, and say what is right then', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 }),
        fc.nat(),
        (own, seed) => {
          const task = taskOf(1, own, { choices: ['a', 'b', 'c'] });
          const found = change('flipped answers', task, [task], seed);
          const flipped = new Map<string, string>();
          for (const [place, { text }] of changedShots(found).entries()) {
            const [before = '', after] = [own[place], text.replace('Output: ', '')];
            assert.notEqual(after, before);
            assert.equal(flipped.get(before) ?? after, after);
            flipped.set(before, after);
          }
          assert.equal(new Set(flipped.values()).size, flipped.size);
          const says = typeof found === 'string' ? [] : found.says;
          assert.deepEqual(says, [flipped.get(own[0] ?? '')]);
        },
      ),
    );
  });

  it('flip written answers among those of the examples, and say nothing of one that no example has', () => {
    const task = taskOf(1, ['yes', 'no', 'yes'], { answers: ['yes'] });
    assert.deepEqual(change('flipped answers', task), {
      shots: ['no', 'yes', 'no'].map((answer, place) => piece(`1-${place}.png`, `Output: ${answer}`)),
      says: ['no'],
    });
    const other = change('flipped answers', { ...task, answers: ['maybe'] });
    assert.ok(typeof other !== 'string' && other.says === undefined);
  });

  it('draw an order that is another one, and answers from all there are', () => {
    const task = taskOf(1, ['a', 'b']);
    for (let seed = 0; seed < 20; seed += 1) {
      const texts = changedShots(change('another order', task, [task], seed)).map(({ text }) => text);
      assert.deepEqual(texts, ['Output: b', 'Output: a']);
    }
    const drawn = Array.from({ length: 200 }, (_, seed) =>
      change('random answers', task, [task], seed),
    ).flatMap((each) => changedShots(each).map(({ text }) => text));
    const share = drawn.filter((text) => text === 'Output: a').length / drawn.length;
    assert.ok(share > 0.4 && share < 0.6, `${share}`);
  });

  it('take unrelated examples of another kind, else of a task that shares no picture', () => {
    const task = taskOf(1, ['a', 'b']);
    const [same, far, kind] = [
      { ...taskOf(2, ['c', 'd']), shots: task.shots },
      taskOf(3, ['e', 'f', 'g']),
      taskOf(4, ['h', 'i'], { kind: 'other' }),
    ];
    const texts = (tasks: readonly EvaluationTask[], seed: number) =>
      changedShots(change('unrelated examples', task, tasks, seed)).map(({ text }) => text);
    for (let seed = 0; seed < 10; seed += 1) {
      assert.deepEqual(texts([task, same, far], seed), ['Output: e', 'Output: f']);
      assert.deepEqual(texts([task, same, far, kind], seed), ['Output: h', 'Output: i']);
    }
  });

  it('say why a task cannot be changed', () => {
    const reason = (name: string, task: EvaluationTask) => {
      const found = change(name, task);
      return typeof found === 'string' ? found : assert.fail('it was changed');
    };
    assert.match(reason('another order', taskOf(1, ['a'])), /one example has no other order/);
    assert.match(reason('flipped answers', taskOf(1, ['a', 'a'])), /all have the same answer/);
    assert.match(
      reason('flipped answers', taskOf(1, ['a', 'z'], { choices: ['a', 'b'] })),
      /"z", an example's answer, is none of its choices/,
    );
    const silent = taskOf(1, ['a', 'b'], { query: piece('q.png', 'What is that') });
    assert.match(
      reason('random answers', silent),
      /example 1 has no answer that can be seen: neither "What is that"/,
    );
    assert.match(
      reason('unrelated examples', taskOf(1, ['a', 'b'])),
      /no other task has 2 examples with other pictures/,
    );
  });
});
