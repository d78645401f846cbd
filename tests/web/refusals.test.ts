import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { WebLoadOptions } from '../../runtime/web/load-flamingo.ts';
import { whyNotRun } from '../../runtime/web/why-refused.ts';
import { openPage, startChromium } from './chromium.ts';
import { compileTiny, importFlamingo, serveSite } from './site.ts';

type SimpleOptions = Pick<WebLoadOptions, 'provider' | 'threads'> & { readonly worker?: string };

/** What loading a model ends with, and what was noted of it. */
const loading = (page: Page, address: string, options: SimpleOptions = {}) =>
  page.evaluate(
    async ([url, given]) => {
      const notes: string[] = [];
      const end = await flamingo
        .loadFlamingo(url, { ...given, cache: false, onNote: (sentence) => notes.push(sentence) })
        .then(
          async (model) => {
            const { tokens } = await model.generate({ query: { text: 'a' } }, { maxNewTokens: 1 });
            await model.close();
            return `answered with ${tokens.length}`;
          },
          (error: Error) => String(error),
        );
      return { end, notes };
    },
    [address, options] as const,
  );

const ONE_SENTENCE = /^UserError: [^\n]+[^.]\.$/;

describe('what a page cannot do', () => {
  const browsers: Browser[] = [];
  const servers: Server[] = [];
  let folder = '';

  /** A page of a browser with these flags, whose server sends these headers, by default those of an isolated page. */
  async function pageOf(
    context: Mocha.Context,
    { flags = [], headers }: { flags?: readonly string[]; headers?: Readonly<Record<string, string>> } = {},
  ): Promise<{ page: Page; url: string }> {
    const shared = browsers[0];
    const browser = flags.length === 0 && shared ? shared : await startChromium(context, flags);
    if (browser !== shared) browsers.push(browser);
    const { server, url } = await serveSite({ '/own/': folder }, headers);
    servers.push(server);
    const page = await openPage(browser, `${url}empty.html`);
    await importFlamingo(page);
    return { page, url };
  }

  before(async function () {
    browsers.push(await startChromium(this));
    folder = await mkdtemp(join(tmpdir(), 'web-refusals-'));
    await compileTiny(join(folder, 'tiny'));
    const manifest = await readFile(join(folder, 'tiny/manifest.json'), 'utf8');
    const changed = async (name: string, text: string) => {
      await cp(join(folder, 'tiny'), join(folder, name), { recursive: true });
      await writeFile(join(folder, name, 'manifest.json'), text);
    };
    await changed('cuda', manifest.replace('"provider": "cpu"', '"provider": "cuda"'));
    const large = JSON.parse(manifest);
    large.files['weights.safetensors'].bytes = 5 * 2 ** 30;
    await changed('large', JSON.stringify(large));
  });
  after(async () => {
    for (const browser of browsers) await browser.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    if (folder !== '') await rm(folder, { recursive: true });
  });

  it('is more than one thread where the page is not isolated, which is said where one is taken instead', async function () {
    const { page } = await pageOf(this, { headers: {} });
    const asked = await loading(page, 'own/tiny', { threads: 4 });
    assert.match(asked.end, ONE_SENTENCE);
    assert.match(
      asked.end,
      /4 threads were asked for but the page is not isolated: serve it with the headers '.*', or leave 'threads' out/,
    );
    const { end, notes } = await loading(page, 'own/tiny');
    assert.equal(end, 'answered with 1');
    assert.equal(notes.length, 1);
    assert.match(
      notes[0] ?? '',
      /^The model is computed in one thread, since the page is not isolated: serve/,
    );
    // Who asked for one is not told that there is one.
    assert.deepEqual(await loading(page, 'own/tiny', { threads: 1 }), { end, notes: [] });
  });

  it('is more than one thread where the browser has none, isolated or not', async function () {
    const { page } = await pageOf(this);
    await page.evaluate('delete globalThis.SharedArrayBuffer');
    const asked = await loading(page, 'own/tiny', { threads: 2 });
    assert.match(asked.end, ONE_SENTENCE);
    assert.match(
      asked.end,
      /2 threads were asked for but this browser's WebAssembly has no threads: use anoth/,
    );
    const { end, notes } = await loading(page, 'own/tiny');
    assert.equal(end, 'answered with 1');
    assert.match(
      notes.join(),
      /^The model is computed in one thread, since this browser's WebAssembly has no th/,
    );
  });

  it('is WebGPU where the browser has none, by name', async function () {
    const { page } = await pageOf(this);
    const { end, notes } = await loading(page, 'own/tiny', { provider: 'webgpu' });
    assert.match(end, ONE_SENTENCE);
    assert.match(
      end,
      /Provider 'webgpu' was asked for but this browser has no WebGPU.*: use provider 'wasm'/,
    );
    assert.deepEqual(notes, []);
  });

  it('is an artifact of another target, or one that is larger than WebAssembly is', async function () {
    const { page } = await pageOf(this);
    const cuda = await loading(page, 'own/cuda');
    assert.match(cuda.end, ONE_SENTENCE);
    assert.match(
      cuda.end,
      /own\/cuda\/ was compiled for 'cuda', which provider 'wasm' does not run: compile it with --target cpu\.$/,
    );
    const large = await loading(page, 'own/large');
    assert.match(large.end, ONE_SENTENCE);
    assert.match(
      large.end,
      /own\/large\/ has 5\.0 GiB but a page holds at most 3\.5: compile it with --precision int4, or a smaller/,
    );
  });

  it('is a worker of another server, or an address that is none', async function () {
    const { page, url } = await pageOf(this);
    const worker = `${url.replace('127.0.0.1', 'localhost')}flamingo-worker.js`;
    const elsewhere = await loading(page, 'own/tiny', { worker });
    assert.match(elsewhere.end, ONE_SENTENCE);
    assert.match(
      elsewhere.end,
      /cannot be started from http:\/\/localhost:.*: put flamingo-worker\.js on the page/,
    );
    const none = await loading(page, 'http://');
    assert.match(none.end, ONE_SENTENCE);
    assert.match(none.end, /The model's address 'http:\/\/' is no address, nor one relative to 'http/);
  });

  it('is what the policy of its content forbids', async function () {
    for (const [policy, sentence] of [
      [
        "script-src 'self' 'unsafe-inline'",
        /allows no WebAssembly: add 'wasm-unsafe-eval' to its script-src\.$/,
      ],
      [
        "worker-src 'none'",
        /The worker .* cannot be started from .* Content-Security-Policy allows it, or say/,
      ],
    ] as const) {
      const { page } = await pageOf(this, { headers: { 'Content-Security-Policy': policy } });
      const { end } = await loading(page, 'own/tiny');
      assert.match(end, ONE_SENTENCE);
      assert.match(end, sentence);
    }
  });

  it('is anything without WebAssembly', async function () {
    const { page } = await pageOf(this, { flags: ['--js-flags=--jitless'] });
    const { end } = await loading(page, 'own/tiny');
    assert.match(end, ONE_SENTENCE);
    assert.match(
      end,
      /computes in WebAssembly with SIMD, which this browser has not, or has switched off for the/,
    );
  });

  it('is what takes more memory than WebAssembly has', async function () {
    // 20 MiB, in which ONNX Runtime begins and the model's weights are not held.
    const { page } = await pageOf(this, { flags: ['--js-flags=--wasm-max-mem-pages=320'] });
    const { end } = await loading(page, 'models/emoji');
    assert.match(end, ONE_SENTENCE);
    assert.match(
      end,
      /vision\.onnx \(.*bad_alloc.*\): the page has too little memory for it: close other pages, /,
    );
  });

  it('is what takes more memory than the graphics card has', () => {
    // What ONNX Runtime said of weights of 287 MB on a device of the least limits, 256 MiB in a buffer.
    const said =
      'failed to call OrtRun(). ERROR_CODE: 1, ERROR_MESSAGE: WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error. - While validating entries[0]';
    assert.match(
      whyNotRun('webgpu', said) ?? '',
      /^the graphics card has too little memory for it: .* 'wasm'$/,
    );
    assert.equal(whyNotRun('wasm', said), undefined);
  });

  it('is to go on when what it tells of a download throws', async function () {
    const { page } = await pageOf(this);
    const found = await page.evaluate(() =>
      flamingo
        .loadFlamingo('own/tiny', {
          onProgress: () => {
            throw new RangeError('mine');
          },
        })
        .catch(String),
    );
    assert.equal(found, 'RangeError: mine');
  });
});
