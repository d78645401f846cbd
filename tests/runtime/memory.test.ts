import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { type FlamingoModel, loadFlamingo } from '../../runtime/index.ts';
import { compiledModel, picture } from './compiled-model.ts';

/** Requests after the warm-up. */
const REQUESTS = 1000;
/** Until the heaps of both threads have found their size. */
const WARM_UP = 1000;
/** A leak of one picture's pixels or of one cache a request would be several times this. */
const BOUND = 24 * 2 ** 20;

describe('memory', () => {
  let model: FlamingoModel;

  before(async () => {
    // room for two of the three pictures: some are found, some are encoded anew and others dropped
    model = await loadFlamingo(await compiledModel(), { threads: 1, imageMemory: 6000 });
  });
  after(() => model.close());

  it(`does not grow over ${REQUESTS} requests`, async () => {
    const pictures = await Promise.all(
      ['dog.jpg', 'cat.png', 'bicycle.png'].map((name) => readFile(picture(name))),
    );
    const request = async (index: number): Promise<void> => {
      const image = pictures[index % pictures.length];
      assert.ok(image);
      const prompt = {
        shots: [{ image, text: 'Output:a' }],
        query: { image: picture('cat.png'), text: 'Output:' },
      };
      if (index % 10 === 0) await model.score(prompt, ['a dog', 'cat', 'no'], { normalise: 'tokens' });
      else if (index % 10 === 1) await model.generate(prompt, { beams: 3, maxNewTokens: 4 });
      else if (index % 10 === 2) await model.encodeImages([image]);
      else if (index % 10 === 3) await model.generate(prompt, { signal: AbortSignal.abort() });
      else await model.generate(prompt, { maxNewTokens: 4, temperature: 1, seed: index });
    };
    const several = async (from: number, count: number): Promise<void> => {
      for (let index = from; index < from + count; index += 4) {
        await Promise.all([0, 1, 2, 3].map((offset) => request(index + offset)));
      }
    };
    await several(0, WARM_UP);
    globalThis.gc?.();
    const before = process.memoryUsage.rss();
    await several(WARM_UP, REQUESTS);
    globalThis.gc?.();
    const grown = process.memoryUsage.rss() - before;
    if (process.env.SHOW_MEMORY)
      console.log({ before: before / 2 ** 20, grown: grown / 2 ** 20, usage: await model.usage() });
    assert.ok(grown < BOUND, `${Math.round(grown / 2 ** 20)} MiB more after ${REQUESTS} requests`);
    const { images, bytes, encoded } = await model.usage();
    assert.ok(bytes <= 6000 && images >= 1 && encoded > REQUESTS / 10, 'pictures come and go');
  });
});
