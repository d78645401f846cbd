import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import type * as web from '../../runtime/web/index.ts';
import { openPage, startChromium } from './chromium.ts';
import { PROMPTS, promptOf } from './prompts.ts';
import { EXAMPLES, importFlamingo, serveSite, webFiles } from './site.ts';

/** What a page says when a model is loaded, for use in it. */
declare global {
  var flamingo: typeof web;
}

type SimpleOptions = {
  readonly provider?: web.WebProvider;
  readonly threads?: number;
  readonly onnxRuntime?: string;
  readonly worker?: string;
};

/** The sentence that loading a model ends with. */
const refusal = (page: Page, url: string, options: SimpleOptions = {}) =>
  page.evaluate(
    ([address, given]) =>
      flamingo.loadFlamingo(address, given).then(
        () => 'loaded',
        (error: Error) => `${error.name}: ${error.message}`,
      ),
    [url, options] as const,
  );

describe('a model in a page', () => {
  let browser: Browser;
  let server: Server;
  let url = '';
  let folder = '';
  let model: FlamingoModel;
  let page: Page & { readonly faults: string[] };

  before(async function () {
    browser = await startChromium(this);
    const { emoji } = await webFiles();
    folder = await mkdtemp(join(tmpdir(), 'web-broken-'));
    await cp(emoji, join(folder, 'broken'), { recursive: true });
    await writeFile(join(folder, 'broken/tokenizer.json'), '{"model": {}}');
    await cp(emoji, join(folder, 'cuda'), { recursive: true });
    const manifest = await readFile(join(emoji, 'manifest.json'), 'utf8');
    await writeFile(
      join(folder, 'cuda/manifest.json'),
      manifest.replace('"provider": "cpu"', '"provider": "cuda"'),
    );
    ({ server, url } = await serveSite({ '/own/': folder }));
    model = await loadFlamingo(emoji);
    page = await openPage(browser, `${url}empty.html`);
    await importFlamingo(page);
  });
  after(async () => {
    await model?.close();
    await browser?.close();
    server?.close();
    if (folder !== '') await rm(folder, { recursive: true });
  });

  it("answers the README's prompts as Node does, token by token, and scores choices as Node does", async () => {
    const prompts = PROMPTS.map((each) => promptOf(each, 'examples'));
    const choices = [' shoe', ' high-heeled shoe', ' boot'];
    const found = await page.evaluate(
      async ([asked, options]) => {
        const events: web.DownloadEvent[] = [];
        const loaded = await flamingo.loadFlamingo('models/emoji', {
          onProgress: (event) => events.push(event),
        });
        const answers = [];
        for (const prompt of asked) {
          const streamed: string[] = [];
          const answer = await loaded.generate(prompt, { onToken: ({ text }) => streamed.push(text) });
          answers.push({ ...answer, streamed: streamed.join('') });
        }
        const [first] = asked;
        if (first === undefined) throw new Error('nothing was asked');
        const scores = await loaded.score(first, options, { normalise: 'tokens' });
        const sampled = await loaded.generate(first, { temperature: 0.9, seed: 7 });
        const task = await loaded.prepare({ shots: first.shots ?? [] });
        const prepared = await task.generate(first.query);
        await task.close();
        const { manifest } = loaded;
        const usage = await loaded.usage();
        await loaded.close();
        const closed = await loaded.generate(first).then(
          () => 'answered',
          (error: Error) => error.message,
        );
        return { answers, scores, sampled, prepared, events, usage, closed, name: manifest.model.name };
      },
      [prompts, choices] as const,
    );
    const [first] = PROMPTS;
    assert.ok(first !== undefined);
    for (const [index, asked] of PROMPTS.entries()) {
      const expected = await model.generate(promptOf(asked, EXAMPLES));
      const answer = found.answers[index];
      assert.equal(answer?.text, expected.text);
      assert.deepEqual(answer?.tokens, expected.tokens);
      assert.equal(answer?.streamed, expected.text);
      assert.ok(Math.abs((answer?.score ?? 0) - expected.score) < 2e-3, `${answer?.score} ${expected.score}`);
    }
    const scores = await model.score(promptOf(first, EXAMPLES), choices, { normalise: 'tokens' });
    for (const [index, { choice, probability }] of scores.entries()) {
      assert.equal(found.scores[index]?.choice, choice);
      assert.ok(Math.abs((found.scores[index]?.probability ?? 0) - probability) < 1e-3, choice);
    }
    const sampled = await model.generate(promptOf(first, EXAMPLES), { temperature: 0.9, seed: 7 });
    assert.deepEqual(found.sampled.tokens, sampled.tokens);
    assert.equal(found.prepared.text, found.answers[0]?.text);
    assert.equal(found.name, 'emoji');
    assert.equal(found.usage.images, 6);
    assert.match(found.closed, /^The model is closed/);
    const last = found.events.at(-1);
    assert.equal(last?.loaded, last?.total);
    assert.ok((last?.total ?? 0) > 15e6);
    assert.ok(found.events.every(({ loaded }, index) => loaded >= (found.events[index - 1]?.loaded ?? 0)));
  });

  it("has its files in the browser's cache the second time, and hashes them again when asked to", async () => {
    const cached = await page.evaluate(async () => {
      const events: web.DownloadEvent[] = [];
      const loaded = await flamingo.loadFlamingo('models/emoji', {
        onProgress: (event) => events.push(event),
        verify: true,
      });
      await loaded.close();
      return events.filter(({ file }) => file !== 'ONNX Runtime').map((event) => event.cached);
    });
    assert.equal(cached.length, 4);
    assert.ok(cached.every((each) => each));
  });

  it("answers all the same where the browser's cache has no room, and says so", async () => {
    const other = await openPage(browser, `${url}empty.html`);
    await importFlamingo(other);
    const session = await other.context().newCDPSession(other);
    await session.send('Storage.overrideQuotaForOrigin', { origin: new URL(url).origin, quotaSize: 100_000 });
    const { notes, text } = await other.evaluate(async () => {
      const sentences: string[] = [];
      const loaded = await flamingo.loadFlamingo('models/emoji', {
        onNote: (sentence) => sentences.push(sentence),
      });
      const answer = await loaded.generate({ query: { image: 'examples/openmoji-pencil.png' } });
      await loaded.close();
      return { notes: sentences, text: answer.text };
    });
    assert.notEqual(text, '');
    assert.equal(notes.length, 1);
    assert.match(
      notes[0] ?? '',
      /^The model cannot be kept in the browser's cache \(there is no room in it\), so that it is downloaded anew each time: /,
    );
    await other.close();
  });

  it('stops when told to: a download, with the reason, and an answer, with what there is', async () => {
    const found = await page.evaluate(async () => {
      const stop = new AbortController();
      const loading = flamingo
        .loadFlamingo('models/emoji', {
          signal: stop.signal,
          cache: false,
          onProgress: () => stop.abort(new DOMException('enough', 'AbortError')),
        })
        .then(
          () => 'loaded',
          (error: Error) => `${error.name}: ${error.message}`,
        );
      const reason = await loading;
      const loaded = await flamingo.loadFlamingo('models/emoji');
      const halt = new AbortController();
      const answer = await loaded.generate(
        {
          shots: [{ image: 'examples/openmoji-bicycle.png', text: 'bicycle' }],
          query: { image: 'examples/openmoji-high-heeled-shoe.png' },
        },
        { signal: halt.signal, maxNewTokens: 200, onToken: () => halt.abort() },
      );
      await loaded.close();
      return { reason, finish: answer.finish, tokens: answer.tokens.length };
    });
    assert.equal(found.reason, 'AbortError: enough');
    assert.equal(found.finish, 'aborted');
    assert.ok(found.tokens < 200);
  });

  it('says what is wrong with an artifact, an address, a provider or an option, in a sentence', async () => {
    for (const [address, options, sentence] of [
      [
        'own/broken',
        {},
        /tokenizer\.json has 13 bytes but \d+ are expected: copy the whole artifact again\.$/,
      ],
      ['own/none', {}, /manifest\.json cannot be fetched \(404 .*\): check the address/],
      [
        'http://127.0.0.1:1/model',
        {},
        /cannot be fetched \(Failed to fetch\): check the address and the conn/,
      ],
      [
        'own/cuda',
        {},
        /was compiled for 'cuda', which provider 'wasm' does not run: compile it with --target/,
      ],
      ['models/emoji', { provider: 'webgpu' }, /no WebGPU, or no graphics card .*: use provider 'wasm'/],
      ['models/emoji', { onnxRuntime: 'nowhere/' }, /nowhere\/.*wasm cannot be fetched \(404/],
      [
        'models/emoji',
        { worker: 'nowhere.js' },
        /cannot be started from .*nowhere\.js: check the connection, that flamingo-worker\.js is there/,
      ],
    ] as const) {
      const found = await refusal(page, address, options);
      assert.match(found, /^UserError: /);
      assert.match(found, sentence);
    }
    const misspelt = await page.evaluate(() =>
      flamingo
        .loadFlamingo('models/emoji', JSON.parse('{"thread": 2}'))
        .catch((error: Error) => error.message),
    );
    assert.match(String(misspelt), /unknown entry 'thread'/);
    assert.deepEqual(page.faults, []);
  });

  it('says of what is no picture, and of one that is cut off, what to do', async () => {
    const found = await page.evaluate(async () => {
      const loaded = await flamingo.loadFlamingo('models/emoji');
      const bytes = async (address: string) => new Uint8Array(await (await fetch(address)).arrayBuffer());
      const ask = (image: string | Uint8Array) =>
        loaded.generate({ query: { image } }).then(
          ({ text }) => `answered ${text}`,
          (error: Error) => error.message,
        );
      const jpeg = await bytes('pictures/dog.jpg');
      const png = await bytes('pictures/cat.png');
      const answers = {
        text: await ask('models/emoji/manifest.json'),
        none: await ask('nowhere.png'),
        empty: await ask(new Uint8Array(0)),
        jpeg: await ask(jpeg.subarray(0, jpeg.length / 2)),
        png: await ask(png.subarray(0, png.length / 2)),
        tiff: await ask('pictures/lab.tif'),
        whole: await ask(jpeg),
      };
      await loaded.close();
      return answers;
    });
    assert.match(found.text, /is not a picture in a format that can be read in a browser: save it as JPEG/);
    assert.match(found.none, /nowhere\.png cannot be fetched \(404/);
    assert.match(found.empty, /The picture has no bytes/);
    assert.match(found.jpeg, /is truncated or damaged/);
    assert.match(found.png, /is truncated or damaged/);
    assert.match(found.tiff, /is not a picture in a format that can be read in a browser/);
    assert.match(found.whole, /^answered /);
  });
});

describe('a model in a page that is not isolated', () => {
  let browser: Browser;
  let server: Server;
  let page: Page;

  before(async function () {
    browser = await startChromium(this);
    const site = await serveSite({}, {});
    server = site.server;
    page = await openPage(browser, `${site.url}empty.html`);
    await importFlamingo(page);
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  it('answers with one thread, and says why there are no more', async () => {
    const { isolated, threads, text, notes } = await page.evaluate(async () => {
      const sentences: string[] = [];
      const loaded = await flamingo.loadFlamingo('models/emoji', {
        onNote: (sentence) => sentences.push(sentence),
      });
      const answer = await loaded.generate({ query: { image: 'examples/openmoji-pencil.png' } });
      await loaded.close();
      return {
        isolated: crossOriginIsolated,
        threads: flamingo.defaultThreads(),
        text: answer.text,
        notes: sentences,
      };
    });
    assert.deepEqual([isolated, threads, notes.length], [false, 1, 1]);
    assert.match(
      notes[0] ?? '',
      /^The model is computed in one thread, since the page is not isolated: serve it with the headers .*\.$/,
    );
    assert.notEqual(text, '');
    assert.match(
      await refusal(page, 'models/emoji', { threads: 2 }),
      /^UserError: 2 threads were asked for but the page is not isolated: .*Cross-Origin-Embedder-Policy.*, or leave 'threads' out\.$/,
    );
  });
});
