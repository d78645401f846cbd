import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { serveFolders } from '../../cli/playground/serve-folders.ts';
import { foldersOf, openModels, writePage, writeSite } from '../../cli/playground/site.ts';
import { openPage, startChromium } from './chromium.ts';
import { type FaultySite, serveFaulty, stalled } from './faulty-server.ts';
import { EXAMPLES, webFiles } from './site.ts';

const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** What axe-core finds wrong with the page as it is. */
async function faultsOf(page: Page): Promise<readonly string[]> {
  await page.addScriptTag({ path: AXE });
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

const asked = async (page: Page, button = 'Ask') => {
  await page.getByRole('button', { name: button, exact: true }).click();
  await page.getByRole('button', { name: button, exact: true, disabled: false }).waitFor();
};
const answer = (page: Page, model = 'emoji') => page.locator(`[data-model="${model}"]`).textContent();

describe('the playground', () => {
  let browser: Browser;
  let server: Server;
  let faulty: FaultySite;
  let url = '';
  let folder = '';
  let page: Page & { readonly faults: string[] };

  before(async function () {
    browser = await startChromium(this);
    const { emoji } = await webFiles();
    folder = await mkdtemp(join(tmpdir(), 'playground-'));
    const [second, broken, site] = ['second', 'broken', 'page'].map((name) => join(folder, name));
    if (second === undefined || broken === undefined || site === undefined) throw new Error('three names');
    await cp(emoji, second, { recursive: true });
    await cp(emoji, broken, { recursive: true });
    const models = await openModels([emoji, second, broken]);
    // After it was opened, as a file that is damaged on its way.
    const damaged = join(broken, 'vision.onnx');
    await writeFile(damaged, Buffer.alloc((await stat(damaged)).size));
    await cp((await webFiles()).folder, site, { recursive: true });
    await writePage(site, models);
    const inner = await serveFolders(foldersOf(site, models), { port: 0 });
    inner.server.close();
    faulty = await serveFaulty(inner.server);
    ({ server, url } = faulty);
    page = await openPage(browser, url);
    await page.getByText('Ready.').waitFor();
  });
  after(async () => {
    await browser?.close();
    server?.closeAllConnections();
    server?.close();
    if (folder !== '') await rm(folder, { recursive: true });
  });

  it('answers at once with the model that ships, and says what took how long', async () => {
    await asked(page);
    const text = (await answer(page)) ?? '';
    assert.match(text, /high-heeled shoe/);
    assert.match(text, /Probability of the whole answer: \d+ %/);
    assert.match(text, /loading\s*[\d.]+ s\s*first token\s*[\d.]+ s\s*whole answer\s*[\d.]+ s/);
  });

  it('takes words, pictures that are dragged, pressed or chosen as files, and examples on and off', async () => {
    const texts = page.getByLabel('What is said of it');
    await texts.nth(0).fill('food');
    await texts.nth(1).fill('travel');
    await asked(page);
    assert.match(String(await answer(page)), /objects/);

    await page.getByRole('button', { name: /^openmoji red apple:/ }).dragTo(page.locator('.question .slot'));
    await asked(page);
    assert.match(String(await answer(page)), /food/);

    await page.getByLabel(/^Picture of the question/).setInputFiles(join(EXAMPLES, 'openmoji-bicycle.png'));
    await page.getByAltText('openmoji-bicycle.png').waitFor();
    await asked(page);
    assert.match(String(await answer(page)), /travel/);

    await page.getByLabel('Show example 1 to the model').uncheck();
    await page.getByLabel('Show example 2 to the model').uncheck();
    await asked(page);
    assert.doesNotMatch(String(await answer(page)), /travel|food/);
    await page.getByLabel('Show example 1 to the model').check();
    await page.getByLabel('Show example 2 to the model').check();
  });

  it('takes a file that is dropped on it', async () => {
    const bytes = (await readFile(join(EXAMPLES, 'openmoji-high-heeled-shoe.png'))).toString('base64');
    const dropped = await page.evaluateHandle((base64) => {
      const data = new DataTransfer();
      const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      data.items.add(new File([content], 'dropped.png', { type: 'image/png' }));
      return data;
    }, bytes);
    await page.dispatchEvent('.question .slot', 'drop', { dataTransfer: dropped });
    await page.getByAltText('dropped.png').waitFor();
    await asked(page);
    assert.match(String(await answer(page)), /objects/);
  });

  it('compares answers, the likeliest first', async () => {
    await page.getByLabel('Compare answers').check();
    await page.getByLabel('Answers to compare, one to a line').fill('animals\nobjects\nfood');
    await asked(page, 'Compare');
    const choices = await page.locator('[data-model="emoji"] .choice').allTextContents();
    assert.equal(choices[0], 'objects');
    assert.deepEqual([...choices].sort(), ['animals', 'food', 'objects']);
    const shares = await page.locator('[data-model="emoji"] .share').allTextContents();
    const sum = shares.reduce((total, share) => total + Number.parseFloat(share), 0);
    assert.ok(Math.abs(sum - 100) < 1.5, shares.join(' '));
    await page.getByLabel('Let it answer').check();
  });

  it('stops a download, and begins it anew when it is asked again', async () => {
    faulty.break(stalled('second/vision.onnx'));
    await page.getByRole('checkbox', { name: 'emoji' }).uncheck();
    await page.getByLabel('second').check();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.locator('[data-model="second"][data-kind="loading"]').waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.locator('[data-model="second"][data-kind="none"]').waitFor();
    faulty.break();
    await asked(page);
    assert.match(String(await answer(page, 'second')), /objects|high-heeled shoe/);
    await page.getByLabel('second').uncheck();
    await page.getByRole('checkbox', { name: 'emoji' }).check();
  });

  it('asks another model the same, and says in a sentence what is wrong with a broken one', async () => {
    await page.getByLabel('second').check();
    await page.getByLabel('broken').check();
    await asked(page);
    const answers = await page.locator('.answer').allTextContents();
    assert.equal(answers.length, 2);
    assert.equal(answers[0], answers[1]);
    assert.match(
      String(await answer(page, 'broken')),
      /vision\.onnx is not the file that was compiled, as its SHA-256 differs .*: copy the whole artifact again\./,
    );
    await page.getByLabel('second').uncheck();
    await page.getByLabel('broken').uncheck();
  });

  it('is worked by the keyboard alone', async () => {
    await page.getByRole('button', { name: 'Add an example' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: /^openmoji pencil:/ }).focus();
    await page.keyboard.press('Enter');
    const third = page.locator('.examples li').nth(2);
    await third.getByAltText('openmoji pencil').waitFor();
    await third.getByLabel('Move example 3 up').focus();
    await page.keyboard.press('Enter');
    await page.locator('.examples li').nth(1).getByAltText('openmoji pencil').waitFor();
    await page.getByLabel('Remove example 2').focus();
    await page.keyboard.press('Enter');
    assert.equal(await page.locator('.examples li').count(), 2);
    await page.getByLabel('Words before the answer').focus();
    await page.keyboard.press('Enter');
    await page.locator('[data-model="emoji"][data-kind="answered"]').waitFor();
    assert.match(String(await answer(page)), /objects/);
  });

  for (const scheme of ['light', 'dark'] as const) {
    it(`has no fault that axe-core finds, in ${scheme}, on a desk and on a phone`, async () => {
      await page.emulateMedia({ colorScheme: scheme });
      for (const [width, height] of [
        [1100, 900],
        [360, 740],
        [320, 568],
      ] as const) {
        await page.setViewportSize({ width, height });
        assert.deepEqual(await faultsOf(page), []);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        assert.ok(overflow <= 0, `${overflow} pixels too wide at ${width}`);
      }
    });
  }

  it('moves nothing for whom movement is too much', async () => {
    const caret = `{
      const caret = document.querySelector('main').appendChild(document.createElement('span'));
      caret.className = 'caret';
      const { animationName } = getComputedStyle(caret);
      caret.remove();
      animationName;
    }`;
    assert.equal(await page.evaluate(caret), 'blink');
    await page.emulateMedia({ reducedMotion: 'reduce' });
    assert.equal(await page.evaluate(caret), 'none');
    await page.emulateMedia({ reducedMotion: null });
  });

  it('is static files that any server has, whole or not at all', async () => {
    const { emoji } = await webFiles();
    const out = join(folder, 'out');
    await writeSite(out, await openModels([emoji]));
    const plain = await serveFolders({ '/deep/down/': out }, { port: 0, headers: {} });
    try {
      const other = await openPage(browser, `${plain.url}deep/down/`);
      await other.getByText('Ready.').waitFor();
      await asked(other);
      assert.match(String(await answer(other)), /high-heeled shoe/);
      assert.match(
        String(await other.locator('.answers').textContent()),
        /The model is computed in one thread, since the page is not isolated: serve it with/,
      );
    } finally {
      plain.server.closeAllConnections();
      plain.server.close();
    }
    await assert.rejects(writeSite(out, []), /exists already: choose another folder with --out/);
    assert.deepEqual(page.faults, []);
  });
});
