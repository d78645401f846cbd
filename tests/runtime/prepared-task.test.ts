import assert from 'node:assert/strict';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FlamingoModel, loadFlamingo, type PreparedTask } from '../../runtime/index.ts';
import { oneSentence } from '../support/one-sentence.ts';
import { compiledModel, picture } from './compiled-model.ts';

const [dog, cat, bicycle] = [picture('dog.jpg'), picture('cat.png'), picture('bicycle.png')];

const EXAMPLES = {
  shots: [
    { image: dog, text: 'Output:a dog' },
    { image: bicycle, text: 'Output:two wheels' },
    { image: dog, text: 'Output:a dog' },
  ],
} as const;
const QUERY = { image: cat, text: 'Output:' } as const;
const RANKED = { normalise: 'none' } as const;

const refuses = (promise: Promise<unknown>, sentence: RegExp) =>
  assert.rejects(promise, oneSentence(sentence));

describe('a task that a model in its own thread has prepared', () => {
  let model: FlamingoModel;
  let folder: string;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'task-'));
    model = await loadFlamingo(await compiledModel(), { threads: 1, keptTokens: 400, cachedTokens: 520 });
  });
  after(async () => {
    await model.close();
    await rm(folder, { recursive: true, force: true });
  });

  const close = (actual: number | undefined, expected: number | undefined) =>
    assert.ok(Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN)) < 1e-4);

  it('answers, tells tokens and ranks as the whole prompt does', async () => {
    await using task = await model.prepare(EXAMPLES);
    const prompt = { ...EXAMPLES, query: QUERY };
    const expected = await model.generate(prompt, { maxNewTokens: 8 });
    const answer = await task.generate(QUERY, { maxNewTokens: 8 });
    assert.deepEqual(answer.tokens, expected.tokens);
    let text = '';
    for await (const event of task.stream(QUERY, { maxNewTokens: 8 })) text += event.text;
    assert.equal(text, expected.text);
    const batch = await task.generateBatch([QUERY, { image: dog, text: 'Output:' }], { maxNewTokens: 8 });
    assert.deepEqual(batch[0]?.tokens, expected.tokens);
    const beams = await task.generate(QUERY, { maxNewTokens: 4, beams: 3 });
    assert.deepEqual(beams.tokens, (await model.generate(prompt, { maxNewTokens: 4, beams: 3 })).tokens);
    const scores = await task.score(QUERY, ['a cat', 'a dog'], RANKED);
    const others = await model.score(prompt, ['a cat', 'a dog'], RANKED);
    for (const [index, { logLikelihood }] of others.entries())
      close(scores[index]?.logLikelihood, logLikelihood);
  });

  it('ranks the answers of its examples where no choices are given, which the types know', async () => {
    await using task = await model.prepare(EXAMPLES);
    const scores = await task.score(QUERY, RANKED);
    const named: Readonly<Record<(typeof scores)[number]['choice'], string>> = {
      'a dog': 'dog',
      'two wheels': 'bicycle',
    };
    assert.deepEqual(
      scores.map(({ choice }) => named[choice]),
      ['dog', 'bicycle'],
    );
    const whole = await task.score({ image: cat }, RANKED);
    const texts: readonly ('Output:a dog' | 'Output:two wheels')[] = whole.map(({ choice }) => choice);
    assert.deepEqual(texts, ['Output:a dog', 'Output:two wheels']);
    await refuses(
      task.score({ image: cat, text: 'Answer:' }, RANKED),
      /^Example 1 of the task, 'Output:a dog', has no answer behind the question's text 'Answer:': ask with the text that examples begin with, or give the choices\.$/,
    );
    await using dialogue = await model.prepare({
      turns: [
        { speaker: 'user', image: dog, text: 'What is it?' },
        { speaker: 'assistant', text: 'A dog.' },
      ],
    });
    const said = await dialogue.score({ image: cat, text: 'And this?' }, RANKED);
    assert.deepEqual(
      said.map(({ choice }) => choice),
      ['A dog.'],
    );
  });

  it('reads its examples again by itself when they had to make room', async () => {
    await using task = await model.prepare(EXAMPLES);
    const expected = await task.generate(QUERY, { maxNewTokens: 6 });
    assert.ok((await model.usage()).keptTokens >= task.tokens);
    await model.generate({ text: 'x'.repeat(200), media: [] }, { maxNewTokens: 50, beams: 2 });
    assert.ok((await model.usage()).keptTokens < task.tokens, 'they made room');
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => task.generate(QUERY, { maxNewTokens: 6 })),
    );
    for (const { tokens } of answers) assert.deepEqual(tokens, expected.tokens);
    assert.ok((await model.usage()).keptTokens >= task.tokens, 'they are kept again');
  });

  it('says so when a picture is another by then', async () => {
    const image = join(folder, 'picture.png');
    await copyFile(bicycle, image);
    await using task = await model.prepare({ shots: [{ image, text: 'an example with a longer text' }] });
    await copyFile(cat, image);
    await task.generate(QUERY, { maxNewTokens: 1 });
    await model.generate({ text: 'x'.repeat(200), media: [] }, { maxNewTokens: 50, beams: 2 });
    await refuses(
      task.generate(QUERY, { maxNewTokens: 1 }),
      /^Picture 1 of the task's examples has changed since they were read: prepare the task again\.$/,
    );
    await using bytes = await model.prepare({
      shots: [{ image: await readFile(dog), text: 'an example with a longer text' }],
    });
    await model.generate({ text: 'x'.repeat(200), media: [] }, { maxNewTokens: 50, beams: 2 });
    await bytes.generate(QUERY, { maxNewTokens: 1 });
  });

  it('goes on with the others where one question is stopped, or cannot be answered', async () => {
    await using task = await model.prepare(EXAMPLES);
    const expected = await task.generate(QUERY, { maxNewTokens: 6 });
    const [right, unreadable, special, stopped, again] = await Promise.allSettled([
      task.generate(QUERY, { maxNewTokens: 6 }),
      task.generate({ image: join(folder, 'nowhere.png') }),
      task.generate({ text: 'a <image>' }),
      task.generate(QUERY, { maxNewTokens: 100, signal: AbortSignal.abort() }),
      task.score(QUERY, ['a'], RANKED),
    ]);
    assert.ok(right.status === 'fulfilled' && again.status === 'fulfilled');
    assert.deepEqual(right.value.tokens, expected.tokens);
    assert.match(String(unreadable.status === 'rejected' && unreadable.reason), /^UserError: .*nowhere\.png/);
    assert.match(String(special.status === 'rejected' && special.reason), /^UserError: .*special token/);
    assert.ok(stopped.status === 'fulfilled' && stopped.value.finish === 'aborted');
    assert.equal((await model.usage()).cachedTokens, 0);
  });

  it('is refused where it has no examples, ends with a question, or is more than is kept', async () => {
    await refuses(
      Reflect.apply(model.prepare, model, [{ shots: [] }]),
      /'shots' of what is prepared is a list of 0/,
    );
    await refuses(
      Reflect.apply(model.prepare, model, [{ ...EXAMPLES, query: QUERY }]),
      /What is prepared has the unknown entry 'query'/,
    );
    await refuses(
      model.prepare({ turns: [{ speaker: 'user', text: 'What is it?' }] }),
      /^The dialogue that is prepared ends with the user's turn but a question follows as the next one: end it with the assistant's answer\.$/,
    );
    await refuses(model.prepare({ shots: [{ text: 'x'.repeat(300) }] }), /more than the model's 256/);
    await using small = await loadFlamingo(await compiledModel(), { threads: 1, keptTokens: 20 });
    await refuses(
      small.prepare(EXAMPLES),
      /^The task's examples take room for \d+ tokens but 20 are kept at most: give fewer examples, or load the model with a larger 'keptTokens' or 'cachedTokens'\.$/,
    );
    let closed: PreparedTask | undefined;
    {
      await using task = await model.prepare(EXAMPLES);
      closed = task;
    }
    await refuses(closed.generate(QUERY), /^The task is closed: prepare it again\.$/);
    await closed.close();
  });
});

describe('prompts that are given whole', () => {
  it('are read from where they differ from a task, or from others before them', async () => {
    await using model = await loadFlamingo(await compiledModel(), { threads: 1 });
    await using alone = await loadFlamingo(await compiledModel(), { threads: 1, keptTokens: 0 });
    const prompts = [cat, dog, bicycle, cat].map((image) => ({
      ...EXAMPLES,
      query: { image, text: 'Output:' },
    }));
    const ask = async (which: FlamingoModel, index: number) =>
      which.generate(prompts[index] ?? assert.fail(), { maxNewTokens: 6 });
    const expected = await Promise.all(prompts.map((_, index) => ask(alone, index)));
    const reused: number[] = [];
    for (const index of prompts.keys()) {
      assert.deepEqual((await ask(model, index)).tokens, expected[index]?.tokens);
      reused.push((await model.usage()).reusedTokens);
    }
    const { keptTokens } = await model.usage();
    assert.deepEqual(reused.slice(0, 2), [0, 0], 'the first two show what is the same');
    assert.ok((reused[2] ?? 0) >= 40 && (reused[3] ?? 0) >= 2 * (reused[2] ?? 0));
    assert.ok(keptTokens >= (reused[2] ?? 0));
    await using task = await model.prepare(EXAMPLES);
    const before = await model.usage();
    assert.ok(before.keptTokens - keptTokens < task.tokens, 'the task shares what is kept');
    const together = await Promise.all(prompts.map((_, index) => ask(model, index)));
    for (const [index, { tokens }] of together.entries()) assert.deepEqual(tokens, expected[index]?.tokens);
    const after = await model.usage();
    assert.ok(after.reusedTokens - before.reusedTokens >= 4 * task.tokens);
    const none = await alone.usage();
    assert.deepEqual([none.keptTokens, none.reusedTokens], [0, 0]);
  });
});
