import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { openPage, startChromium } from '../web/chromium.ts';
import { installedPackage, ROOT } from './installed-package.ts';

const execute = promisify(execFile);
const EXAMPLES = join(ROOT, 'models/emoji/examples');

describe('the playground of the published package', () => {
  let folder = '';
  let flamingo = '';
  let browser: Browser;
  let served: ChildProcess;
  let page: Page & { readonly faults: string[] };

  const outcome = (model: string) => page.locator(`[data-model="${model}"]`);
  /** Asks, and gives what a model has to say. */
  const asked = async (model = 'shop', button = 'Ask') => {
    await page.getByRole('button', { name: button, exact: true }).click();
    await page.getByRole('button', { name: button, exact: true, disabled: false }).waitFor();
    return String(await outcome(model).textContent());
  };

  before(async function () {
    browser = await startChromium(this);
    folder = await installedPackage();
    flamingo = join(folder, 'node_modules/.bin/flamingo');
    await execute(flamingo, ['compile', 'emoji', '--out', 'shop'], { cwd: folder });
    await execute(flamingo, ['compile', 'tiny', '--out', 'chatter'], { cwd: folder });
    await cp(join(folder, 'shop'), join(folder, 'broken'), { recursive: true });
  });
  after(async () => {
    await browser?.close();
    served?.kill('SIGKILL');
    if (folder !== '') await rm(join(folder, 'node_modules/onnxruntime-web'), { force: true });
  });

  it('says which package it takes besides', async () => {
    await assert.rejects(
      execute(flamingo, ['playground', 'shop', '--port', '0'], { cwd: folder }),
      ({ stderr = '' }: { stderr?: string }) => {
        assert.match(
          stderr,
          /onnxruntime-web is not installed, .*: install it with 'npm install onnxruntime-web@1/,
        );
        return true;
      },
    );
  });

  it('is served, and answers at once', async () => {
    // What `npm install onnxruntime-web` brings: the other tests share the folder.
    const runtime = join(folder, 'node_modules/onnxruntime-web');
    await symlink(join(ROOT, 'node_modules/onnxruntime-web'), runtime, 'junction');
    served = spawn(flamingo, ['playground', 'shop', 'chatter', 'broken', '--port', '0'], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let said = '';
    while (!said.includes('\n')) said += String((await once(served.stdout ?? served, 'data'))[0]);
    const url = said.trim();
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    // After it was opened, as a file that is damaged on its way.
    const damaged = join(folder, 'broken/vision.onnx');
    await writeFile(damaged, Buffer.alloc((await stat(damaged)).size));
    page = await openPage(browser, url);
    await page.getByText('Ready.').waitFor();
    assert.match(await asked(), /high-heeled shoe/);
  });

  it('takes pictures that are dragged and chosen as files, and examples off', async () => {
    const texts = page.getByLabel('What is said of it');
    await texts.nth(0).fill('food');
    await texts.nth(1).fill('travel');
    assert.match(await asked(), /objects/);
    await page.getByRole('button', { name: /^openmoji red apple:/ }).dragTo(page.locator('.question .slot'));
    assert.match(await asked(), /food/);
    await page.getByLabel(/^Picture of the question/).setInputFiles(join(EXAMPLES, 'openmoji-bicycle.png'));
    await page.getByAltText('openmoji-bicycle.png').waitFor();
    assert.match(await asked(), /travel/);
    for (const number of [1, 2]) await page.getByLabel(`Show example ${number} to the model`).uncheck();
    assert.doesNotMatch(await asked(), /travel|food/);
    for (const number of [1, 2]) await page.getByLabel(`Show example ${number} to the model`).check();
  });

  it('compares answers', async () => {
    await page.getByLabel('Compare answers').check();
    await page.getByLabel('Answers to compare, one to a line').fill('food\ntravel\nanimals');
    await asked('shop', 'Compare');
    assert.equal((await outcome('shop').locator('.choice').allTextContents())[0], 'travel');
    await page.getByLabel('Let it answer').check();
  });

  it('asks another model, which is stopped, and says what is wrong with a broken one', async () => {
    await page.getByLabel('shop').uncheck();
    await page.getByLabel('chatter').check();
    await page.getByText('Settings').click();
    await page.getByLabel('Tokens at most').fill('400');
    await page.getByLabel('Tokens at most').blur();
    await page.getByRole('button', { name: 'Ask', exact: true }).click();
    await page.locator('[data-model="chatter"][data-kind="answering"] .answer').waitFor();
    await page.getByRole('button', { name: 'Stop', exact: true }).click();
    await page.locator('[data-model="chatter"][data-kind="answered"]').waitFor();
    assert.match(String(await outcome('chatter').textContent()), /Stopped\./);
    await page.getByLabel('chatter').uncheck();
    await page.getByLabel('broken').check();
    assert.match(
      await asked('broken'),
      /vision\.onnx is not the file that was compiled, as its SHA-256 differs .*: copy the whole artifact again\./,
    );
    assert.deepEqual(page.faults, []);
  });

  it('ends by Ctrl-C', async () => {
    served.kill('SIGINT');
    const [code] = await once(served, 'exit');
    // As every command that is stopped so.
    assert.equal(code, 130);
  });
});
