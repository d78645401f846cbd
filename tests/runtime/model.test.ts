import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { UserError } from '../../artifact/user-error.ts';
import { type FlamingoModel, loadFlamingo } from '../../runtime/index.ts';
import { threadFault } from '../../runtime/thread/thread-entry.ts';
import { WorkerClient } from '../../runtime/worker/client.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { startThread } from '../../runtime/worker/start-thread.ts';
import { oneSentence } from '../support/one-sentence.ts';
import { compiledModel, PROMPTS, picture } from './compiled-model.ts';

const run = promisify(execFile);
const prompt = PROMPTS['two examples'] ?? { query: {} };
/** Longer than any other request here; the answer's end tokens are unlikely in greedy answers. */
const LONG = { maxNewTokens: 150 };

describe('a model in its own thread', () => {
  let model: FlamingoModel;
  let directory: string;

  before(async () => {
    directory = await compiledModel();
    model = await loadFlamingo(directory, { threads: 1 });
  });
  after(() => model.close());

  it('gives what the same model gives in this thread', async () => {
    await using engine = await Engine.open({ directory, verify: false, imageMemory: 0, threads: 1 });
    const sampled = { maxNewTokens: 8, temperature: 2, seed: 3 };
    const [expected] = await engine.generate([prompt], sampled);
    assert.deepEqual(await model.generate(prompt, sampled), expected);
    const choices = ['a', 'bcd'];
    assert.deepEqual(
      await model.score(prompt, choices, { normalise: 'bytes' }),
      await engine.score(prompt, choices, { normalise: 'bytes' }),
    );
    if (!('query' in prompt)) assert.fail();
    assert.deepEqual(
      await model.scoreEnsemble(prompt, choices, { normalise: 'bytes' }),
      await engine.scoreEnsemble(prompt, choices, { normalise: 'bytes' }),
    );
    assert.deepEqual(
      await model.encodeImages([picture('dog.jpg')]),
      await engine.encodeImages([{ kind: 'image', source: picture('dog.jpg') }]),
    );
    assert.deepEqual(model.manifest, engine.manifest);
  });

  it('tells how many of many pictures are encoded', async () => {
    const pictures = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        sharp({ create: { width: 8, height: 8, channels: 3, background: { r: index * 12, g: 9, b: 200 } } })
          .png()
          .toBuffer(),
      ),
    );
    const told: string[] = [];
    const prompt = { query: { images: pictures, text: 'Output:' } };
    await model.score(prompt, ['a'], {
      normalise: 'none',
      onProgress: ({ done, total }) => told.push(`${done} of ${total}`),
    });
    assert.deepEqual(told, ['8 of 20', '16 of 20']);
  });

  it('takes pictures as bytes and leaves them usable', async () => {
    const { readFile } = await import('node:fs/promises');
    const bytes = await readFile(picture('cat.png'));
    const byPath = await model.generate({ query: { image: picture('cat.png') } }, { maxNewTokens: 4 });
    for (let time = 0; time < 2; time++) {
      assert.deepEqual(await model.generate({ query: { image: bytes } }, { maxNewTokens: 4 }), byPath);
    }
    assert.ok(bytes.length > 0);
  });

  it('leaves the event loop free while it generates', async () => {
    let ticks = 0;
    const between: number[] = [];
    const timer = setInterval(() => {
      ticks += 1;
    }, 1);
    const answer = await model.generate(prompt, { ...LONG, onToken: () => between.push(ticks) });
    clearInterval(timer);
    assert.equal(answer.tokens.length, LONG.maxNewTokens);
    // were the loop blocked, no tick would come before the answer
    assert.ok(ticks > 10, `${ticks} ticks`);
    assert.ok(new Set(between).size > 10, 'tokens come while the timer ticks');
  });

  it('streams the tokens of the answer', async () => {
    const expected = await model.generate(prompt, { maxNewTokens: 10 });
    const stream = model.stream(prompt, { maxNewTokens: 10 });
    const tokens: number[] = [];
    let text = '';
    for (;;) {
      const { done, value } = await stream.next();
      if (done) {
        assert.deepEqual(value, expected);
        break;
      }
      tokens.push(value.token);
      text += value.text;
    }
    assert.deepEqual([tokens, text], [expected.tokens, expected.text]);
  });

  it('stops the request when the loop over its stream is left', async () => {
    let seen = 0;
    for await (const _ of model.stream(prompt, LONG)) {
      seen += 1;
      if (seen === 3) break;
    }
    assert.equal(seen, 3);
    // the worker is free at once: with one at a time this would otherwise wait
    assert.equal((await model.generate(prompt, { maxNewTokens: 1 })).tokens.length, 1);
  });

  it('throws what goes wrong from the stream', async () => {
    await assert.rejects(model.stream({ query: { image: 'nowhere.png' } }).next(), { name: 'UserError' });
  });

  it('stops early when aborted', async () => {
    const controller = new AbortController();
    const answer = await model.generate(prompt, {
      ...LONG,
      signal: controller.signal,
      onToken: () => controller.abort(),
    });
    assert.equal(answer.finish, 'aborted');
    assert.ok(answer.tokens.length >= 1 && answer.tokens.length < LONG.maxNewTokens);
    const signal = AbortSignal.abort();
    assert.equal((await model.generate(prompt, { signal })).finish, 'aborted');
    await assert.rejects(model.score(prompt, ['a'], { normalise: 'none', signal }), { name: 'AbortError' });
  });

  it('lets short requests pass long ones, and answers each as if it were alone', async () => {
    const order: string[] = [];
    const long = model.generate(prompt, LONG).then((answer) => {
      order.push('long');
      return answer;
    });
    const short = model.generate(prompt, { maxNewTokens: 3 }).then((answer) => {
      order.push('short');
      return answer;
    });
    assert.deepEqual((await short).tokens, (await long).tokens.slice(0, 3));
    assert.deepEqual(order, ['short', 'long']);
  });

  it('takes requests in the order in which they come when it has one at a time', async () => {
    await using queued = await loadFlamingo(directory, { threads: 1, concurrency: 1 });
    const order: number[] = [];
    const lengths = [30, 1, 10];
    await Promise.all(
      lengths.map((maxNewTokens) =>
        queued.generate(prompt, { maxNewTokens }).then(() => order.push(maxNewTokens)),
      ),
    );
    assert.deepEqual(order, lengths);
  });

  it('refuses what its queue has no place for, and answers the others', async () => {
    await using full = await loadFlamingo(directory, { threads: 1, concurrency: 2, queue: 1 });
    const taken = [4, 5, 6].map((maxNewTokens) => full.generate(prompt, { maxNewTokens }));
    await assert.rejects(full.generate(prompt), (error: unknown) => {
      assert.ok(error instanceof UserError);
      assert.equal(
        error.message,
        "The model has 2 requests to answer and 1 wait, as many as its queue takes: ask again when some are answered, or load the model with a larger 'queue'.",
      );
      return true;
    });
    assert.ok((await full.usage()).cachedTokens >= 0, 'what is asked about the model itself is answered');
    const answers = await Promise.all(taken);
    assert.deepEqual(
      answers.map(({ tokens }) => tokens.length),
      [4, 5, 6],
    );
    assert.equal((await full.generate(prompt, { maxNewTokens: 1 })).tokens.length, 1, 'there is room again');
  });

  it('answers at once what is stopped while it waits in the queue', async () => {
    await using queued = await loadFlamingo(directory, { threads: 1, concurrency: 1 });
    const order: string[] = [];
    const controller = new AbortController();
    const long = queued.generate(prompt, LONG).then(() => order.push('long'));
    const waiting = queued
      .generate(prompt, { ...LONG, signal: controller.signal })
      .then(({ finish, tokens }) => order.push(`${finish} ${tokens.length}`));
    controller.abort();
    await Promise.all([long, waiting]);
    assert.deepEqual(order, ['aborted 0', 'long']);
  });

  it('refuses a request that is larger than the memory that is planned', async () => {
    await using small = await loadFlamingo(directory, { threads: 1, cachedTokens: 40 });
    await assert.rejects(
      small.generate(prompt, LONG),
      /^UserError: The request needs room for \d+ tokens, .* but 40 are planned for all requests together/,
    );
    const answer = await small.generate({ query: { text: 'Once' } }, { maxNewTokens: 30 });
    assert.notEqual(answer.finish, 'aborted');
  });

  it('carries errors over as they are', async () => {
    const refused = async (promise: Promise<unknown>, sentence: RegExp) =>
      assert.rejects(promise, oneSentence(sentence));
    await refused(model.generate({ query: { image: 'nowhere.png' } }), /^'nowhere\.png' does not exist/);
    await refused(model.generate({ query: { text: 'x'.repeat(300) } }), /more than the model's 256/);
    await refused(loadFlamingo('/nowhere'), /^\/nowhere is not an artifact/);
    await refused(loadFlamingo(directory, { concurrency: 0 }), /'concurrency' .* is 0 but/);
    await refused(loadFlamingo(directory, { queue: -1 }), /'queue' .* is -1 but/);
    await refused(loadFlamingo(directory, { cachedTokens: 0 }), /'cachedTokens' .* is 0 but/);
    await refused(loadFlamingo(directory, { prefillChunk: 0.5 }), /'prefillChunk' .* is 0.5 but/);
    await refused(loadFlamingo(directory, { imageMemory: -1 }), /'imageMemory' .* is -1 but/);
    await refused(loadFlamingo(directory, { threads: 0 }), /'threads' .* is 0 but/);
    await refused(model.generate(JSON.parse('{"query": {}}'), { seed: 0.5 }), /'seed'/);
  });

  it('ends only the call whose listener throws', async () => {
    const call = model.generate(prompt, {
      ...LONG,
      onToken: () => {
        throw new Error('the listener broke');
      },
    });
    await assert.rejects(call, /the listener broke/);
    assert.equal((await model.generate(prompt, { maxNewTokens: 1 })).tokens.length, 1);
  });

  it('refuses calls after it is closed, and ends those going on', async () => {
    const closing = await loadFlamingo(directory, { threads: 1 });
    const going = closing.generate(prompt, LONG);
    const closed = closing.close();
    assert.equal((await going).finish, 'aborted');
    await closed;
    await closing.close();
    await assert.rejects(closing.generate(prompt), /^UserError: The model is closed: load it again\.$/);
  });

  for (const [way, reason] of [
    ['exit', /ended unexpectedly \(exit code 3\)/],
    ['throw', /ended unexpectedly \(out of luck\)/],
    ['memory', /ended unexpectedly \(Worker terminated due to reaching memory limit.*\)/],
  ] as const) {
    it(`says so when its thread breaks down (${way})`, async () => {
      const entry = new URL('./workers/failing.mjs', import.meta.url);
      const options = { directory, verify: false, imageMemory: 0, concurrency: 1 };
      const { client } = await WorkerClient.open(options, startThread(entry, { maxOldGenerationSizeMb: 32 }));
      const call = (text: string) =>
        client.call<'generate'>({
          method: 'generate',
          prompts: [{ text, media: [] }],
          options: {},
          stream: false,
          batchSize: 1,
        });
      const waiting = call('nothing');
      const breaking = call(way);
      for (const promise of [waiting, breaking])
        await assert.rejects(promise, (error: Error) => {
          assert.ok(error instanceof UserError);
          assert.match(error.message, reason);
          return true;
        });
      await assert.rejects(call('again'), reason);
      await client.close();
    });
  }

  it("says which file is missing where a bundle has left out its thread's", async () => {
    const options = { directory, verify: false, imageMemory: 0, concurrency: 1 };
    const entry = new URL('./workers/nowhere.js', import.meta.url);
    await assert.rejects(
      WorkerClient.open(options, startThread(entry)),
      oneSentence(/workers\/nowhere\.js, is missing, .*bundle flamingo-onnx\/worker too/),
    );
  });

  it('speaks of memory where that is what its thread lacked, and nowhere else', () => {
    const lack = Object.assign(new Error('reached its limit'), { code: 'ERR_WORKER_OUT_OF_MEMORY' });
    assert.match(
      threadFault('It', lack).message,
      /^It ended .*: load the model again, with fewer or smaller/,
    );
    assert.match(
      threadFault('It', new Error('of luck.')).message,
      /^It ended .*\(of luck\): load the model again\.$/,
    );
    const missing = new Error("Cannot find package 'onnxruntime-node' imported from x");
    assert.match(
      threadFault('It', missing).message,
      /install it with 'ONNXRUNTIME_NODE_INSTALL=skip npm install/,
    );
  });

  it('lets the process end by itself, closed or not', async () => {
    const index = fileURLToPath(new URL('../../runtime/index.ts', import.meta.url));
    for (const end of ['await model.close();', '']) {
      const program = `
        import { loadFlamingo } from ${JSON.stringify(index)};
        const model = await loadFlamingo(${JSON.stringify(directory)}, { threads: 1 });
        const answer = await model.generate({ query: { text: 'Once' } }, { maxNewTokens: 2 });
        ${end}
        console.log(answer.tokens.length);`;
      const { stdout } = await run(process.execPath, [
        '--import',
        import.meta.resolve('tsx'),
        '--input-type=module',
        '-e',
        program,
      ]);
      assert.equal(stdout.trim(), '2');
    }
  });
});
