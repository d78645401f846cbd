/** Writes the playground's pictures of docs/web.md: `node --import tsx tests/web/write-screenshots.ts`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';
import { serveFolders } from '../../cli/playground/serve-folders.ts';
import { foldersOf, openModels, writePage } from '../../cli/playground/site.ts';
import { CHROMIUM } from './chromium.ts';
import { webFiles } from './site.ts';

const OUT = fileURLToPath(new URL('../../docs/playground/', import.meta.url));
const VIEWS = [
  { name: 'light', colorScheme: 'light', width: 1080, height: 850, choices: false },
  { name: 'dark', colorScheme: 'dark', width: 1080, height: 850, choices: true },
  { name: 'phone', colorScheme: 'light', width: 390, height: 844, choices: false },
] as const;

const { emoji } = await webFiles();
const folder = await mkdtemp(join(tmpdir(), 'screenshots-'));
const models = await openModels([emoji]);
await writePage(folder, models);
const { server, url } = await serveFolders(foldersOf(folder, models), { port: 0 });
const browser = await chromium.launch({
  args: ['--no-sandbox'],
  ...(CHROMIUM && { executablePath: CHROMIUM }),
});
for (const { name, colorScheme, width, height, choices } of VIEWS) {
  const page = await browser.newPage({ colorScheme, viewport: { width, height } });
  await page.goto(url);
  await page.getByText('Ready.').waitFor();
  if (choices) {
    await page.getByLabel('Compare answers').check();
    await page.getByLabel('Answers to compare, one to a line').fill('high-heeled shoe\nboot\nshoe');
  }
  await page.locator('button.ask').click();
  await page.locator(choices ? '[data-kind=scored]' : '[data-kind=answered]').waitFor();
  if (width > 700) await page.evaluate('scrollTo(0, 0)');
  const taken = await page.screenshot();
  await sharp(taken)
    .png({ palette: true, colours: 64 })
    .toFile(join(OUT, `${name}.png`));
  await page.close();
}
await browser.close();
server.closeAllConnections();
server.close();
await rm(folder, { recursive: true });
