import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import { openPage, SOFTWARE_GPU, startChromium } from './chromium.ts';
import { PROMPTS, promptOf } from './prompts.ts';
import { compileEmoji, EXAMPLES, importFlamingo, serveSite, webFiles } from './site.ts';

describe('a model on WebGPU in a page', () => {
  let browser: Browser;
  let server: Server;
  let folder = '';
  let page: Page;

  before(async function () {
    browser = await startChromium(this, SOFTWARE_GPU);
    folder = await mkdtemp(join(tmpdir(), 'web-gpu-'));
    // Prompts with their answers have fewer tokens; a longer cache is read at every one of them, by software.
    await compileEmoji(join(folder, 'emoji'), 'webgpu', 64);
    const site = await serveSite({ '/gpu/': folder });
    server = site.server;
    page = await openPage(browser, `${site.url}empty.html`);
    await importFlamingo(page);
    if (!(await page.evaluate(() => flamingo.hasWebGpu()))) {
      console.log('      skipped: this Chromium has no WebGPU, not even of software');
      this.skip();
    }
  });
  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    if (folder !== '') await rm(folder, { recursive: true });
  });

  it("answers the README's prompts as Node does on the CPU", async () => {
    const prompts = PROMPTS.map((each) => promptOf(each, 'examples'));
    const found = await page.evaluate(async (asked) => {
      const model = await flamingo.loadFlamingo('gpu/emoji', { provider: 'webgpu' });
      const answers = [];
      for (const prompt of asked) answers.push(await model.generate(prompt));
      await model.close();
      return answers;
    }, prompts);
    const { emoji } = await webFiles();
    const model = await loadFlamingo(emoji);
    try {
      for (const [index, asked] of PROMPTS.entries()) {
        const expected = await model.generate(promptOf(asked, EXAMPLES));
        assert.deepEqual(found[index]?.tokens, expected.tokens);
        assert.ok(Math.abs((found[index]?.score ?? 0) - expected.score) < 2e-3);
      }
    } finally {
      await model.close();
    }
  });

  it('runs no artifact of another target, and says how it is compiled for this', async () => {
    const sentence = await page.evaluate(() =>
      flamingo.loadFlamingo('models/emoji', { provider: 'webgpu' }).then(
        () => 'loaded',
        (error: Error) => error.message,
      ),
    );
    assert.match(
      sentence,
      /was compiled for 'cpu', which provider 'webgpu' does not run: compile it with --target webgpu, or use provider 'wasm'\./,
    );
  });
});
