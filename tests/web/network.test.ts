import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { openPage, startChromium } from './chromium.ts';
import { answered, type FaultySite, missing, serveFaulty, stalled } from './faulty-server.ts';
import { compileTiny, importFlamingo, serveSite } from './site.ts';

/** What loading a model ends with: the names of the files that were downloaded, or the error. */
const loading = (page: Page, address = 'model', cache = true) =>
  page.evaluate(
    async ([url, kept]) => {
      const downloaded = new Set<string>();
      try {
        const model = await flamingo.loadFlamingo(url, {
          cache: kept,
          onProgress: ({ file, cached }) => {
            if (!cached) downloaded.add(file);
          },
        });
        await Promise.all([model.close(), model.close()]);
        await model.close();
        return [...downloaded].sort().join(' ');
      } catch (error) {
        return String(error);
      }
    },
    [address, cache] as const,
  );

describe('a page whose network fails', () => {
  let browser: Browser;
  let site: FaultySite;
  let folder = '';
  let model = '';
  let page: Page & { readonly faults: string[] };

  before(async function () {
    browser = await startChromium(this);
    folder = await mkdtemp(join(tmpdir(), 'web-network-'));
    model = join(folder, 'model');
    await compileTiny(model);
    const inner = await serveSite({ '/model/': model });
    inner.server.close();
    site = await serveFaulty(inner.server);
    page = await openPage(await browser.newContext(), `${site.url}empty.html`);
    await importFlamingo(page);
  });
  afterEach(() => site?.break());
  after(async () => {
    await browser?.close();
    site?.server.closeAllConnections();
    site?.server.close();
    if (folder !== '') await rm(folder, { recursive: true });
  });

  it('hears in a sentence what became of the download, and loads the model when it is mended', async () => {
    const weights = await readFile(join(model, 'weights.safetensors'));
    const half = weights.subarray(0, weights.length / 2);
    const longer = Buffer.concat([weights, Buffer.from('more')]);
    const other = Buffer.alloc(weights.length);
    const html = Buffer.from('<!doctype html><title>not found</title>');
    for (const [fault, sentence] of [
      [answered('weights.safetensors', half, weights.length), /broke off \(.+\): try again\.$/],
      [answered('weights.safetensors', half), /has \d+ bytes but \d+ are expected: copy the whole artifact/],
      [answered('weights.safetensors', longer), /has more than the \d+ bytes that are expected: copy the wh/],
      [answered('weights.safetensors', other), /is not the file that was compiled, as its SHA-256 differs/],
      [missing('language.onnx'), /language\.onnx cannot be fetched \(404 Not Found\): check the address/],
      [missing('ort-wasm-simd-threaded.wasm'), /ort\/ort-wasm-simd-threaded\.wasm cannot be fetched \(404/],
      [
        missing('ort.wasm.min.mjs'),
        /ONNX Runtime cannot be loaded from .*: put the files of onnxruntime-web's/,
      ],
      [
        answered('ort-wasm-simd-threaded.wasm', Buffer.from('version https://git-lfs'), 23),
        /ONNX Runtime cannot load .*: ONNX Runtime does not start here: put the files of the folder 'dist'/,
      ],
      [
        answered('manifest.json', html, html.length, 'text/html; charset=utf-8'),
        /manifest\.json is a web page \(text\/html\) where a file is expected, .*: check the address/,
      ],
      [
        answered('manifest.json', Buffer.from('{"format":')),
        /manifest\.json is not JSON: compile the model again/,
      ],
    ] as const) {
      site.break(fault);
      const found = await loading(page, 'model', false);
      assert.match(found, /^UserError: [^\n]+[^.]\.$/);
      assert.match(found, sentence);
    }
    site.break();
    assert.match(await loading(page, 'model', false), /^ONNX Runtime language\.onnx .*weights\.safetensors$/);
    assert.deepEqual(page.faults, []);
  });

  it('stops in each phase of a download', async () => {
    for (const file of [
      'manifest.json',
      '.wasm',
      'vision.onnx',
      'weights.safetensors',
      'flamingo-worker.js',
    ]) {
      let waits = () => {};
      const waiting = new Promise<void>((resolve) => {
        waits = resolve;
      });
      site.break(stalled(file, () => waits()));
      await page.evaluate(() => {
        const stop = new AbortController();
        const ended = flamingo.loadFlamingo('model', { signal: stop.signal, cache: false }).then(
          () => 'loaded',
          (error: Error) => error.name,
        );
        Object.assign(globalThis, { stop, ended });
      });
      await waiting;
      assert.equal(await page.evaluate('(stop.abort(), ended)'), 'AbortError', file);
    }
    const atOnce = await page.evaluate(() => {
      const stop = new AbortController();
      const ended = flamingo.loadFlamingo('model', { signal: stop.signal });
      stop.abort();
      return ended.then(
        () => 'loaded',
        (error: Error) => error.name,
      );
    });
    assert.equal(atOnce, 'AbortError');
  });

  it('is reloaded in the middle of a download, beside another tab that loads the same', async () => {
    let waits = () => {};
    const waiting = new Promise<void>((resolve) => {
      waits = resolve;
    });
    site.break(stalled('weights.safetensors', () => waits()));
    await page.evaluate(() => void flamingo.loadFlamingo('model').catch(() => {}));
    await waiting;
    site.break();
    await page.reload();
    await importFlamingo(page);
    const other = await openPage(page.context(), page.url());
    await importFlamingo(other);
    for (const found of await Promise.all([loading(page), loading(other)]))
      assert.match(found, /^ONNX Runtime/);
    assert.equal(await loading(other), 'ONNX Runtime');
    await other.close();
  });

  it('takes a model that was changed on the server, and keeps nothing of the one before', async () => {
    assert.equal(await loading(page), 'ONNX Runtime');
    const manifest = JSON.parse(await readFile(join(model, 'manifest.json'), 'utf8'));
    const tokenizer = Buffer.concat([await readFile(join(model, 'tokenizer.json')), Buffer.from(' ')]);
    await cp(join(model, 'vision.onnx'), join(model, 'vision-0123456789ab.onnx'));
    await writeFile(join(model, 'tokenizer.json'), tokenizer);
    const { 'vision.onnx': vision, ...files } = manifest.files;
    manifest.files = { ...files, 'vision-0123456789ab.onnx': vision };
    manifest.graphs.vision.file = 'vision-0123456789ab.onnx';
    const sha256 = createHash('sha256').update(tokenizer).digest('hex');
    manifest.files['tokenizer.json'] = { ...files['tokenizer.json'], bytes: tokenizer.length, sha256 };
    await writeFile(join(model, 'manifest.json'), JSON.stringify(manifest));
    assert.equal(await loading(page), 'ONNX Runtime tokenizer.json vision-0123456789ab.onnx');
    const kept = await page.evaluate(async () => {
      const cache = await caches.open(flamingo.CACHE);
      return (await cache.keys()).map(({ url }) => new URL(url).pathname).sort();
    });
    assert.deepEqual(kept, [
      '/model/language.onnx',
      '/model/tokenizer.json',
      '/model/vision-0123456789ab.onnx',
      '/model/weights.safetensors',
    ]);
  });

  it('answers about pictures in bytes when it is offline, and says what it cannot fetch', async () => {
    const picture = await readFile(new URL('../images/cat.png', import.meta.url), 'base64');
    await page.evaluate(async () => {
      Object.assign(globalThis, { model: await flamingo.loadFlamingo('model') });
    });
    await page.context().setOffline(true);
    const found = await page.evaluate(async (base64) => {
      const model: Awaited<ReturnType<typeof flamingo.loadFlamingo>> = Reflect.get(globalThis, 'model');
      const image = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const { tokens } = await model.generate({ query: { image } }, { maxNewTokens: 2 });
      const errors = [
        model.generate({ query: { image: 'pictures/dog.jpg' } }),
        model.generate({ query: { image: 'http://' } }),
        flamingo.loadFlamingo('model'),
      ].map((asked) =>
        asked.then(
          () => 'answered',
          (error: Error) => String(error),
        ),
      );
      const sentences = await Promise.all(errors);
      await Promise.all([model.close(), model.close()]);
      return { tokens: tokens.length, sentences };
    }, picture);
    await page.context().setOffline(false);
    assert.ok(found.tokens > 0);
    const [unfetched = '', wrong = '', unloaded = ''] = found.sentences;
    assert.match(
      unfetched,
      /^UserError: .*dog\.jpg cannot be fetched \(.+\): check the address and the connection/,
    );
    assert.match(wrong, /^UserError: The picture 'http:\/\/' is no address, nor one relative to/);
    assert.match(unloaded, /^UserError: The worker .* cannot be started from .*: check the connection, that/);
    assert.deepEqual(page.faults, []);
  });
});
