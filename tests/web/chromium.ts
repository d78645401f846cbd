import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';

/** Where Debian, Ubuntu and others have it; `CHROMIUM` in the environment says another place. */
const PLACES = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

export const CHROMIUM = PLACES.find((place) => place !== undefined && existsSync(place));

/** A graphics card of software, for machines without one. */
export const SOFTWARE_GPU = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'];

/**
 * Starts a browser for the tests of a suite, which are skipped, with the reason printed, where there is none.
 *
 * @param context the suite's `before` hook
 */
export async function startChromium(context: Mocha.Context, flags: readonly string[] = []): Promise<Browser> {
  if (CHROMIUM === undefined) {
    console.log(
      '      skipped: no Chromium was found; `apt-get install chromium`, or say where it is with CHROMIUM',
    );
    context.skip();
  }
  // A container's user is mostly root, for whom its sandbox does not start.
  return chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', ...flags] });
}

/** A page of a browser, or of one of its contexts, at an address, which collects what goes wrong in it. */
export async function openPage(
  browser: Pick<Browser, 'newPage'>,
  url: string,
): Promise<Page & { readonly faults: string[] }> {
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  // As the tests' own limit: a machine may have much else to do.
  page.setDefaultTimeout(120_000);
  // tsx names the functions that it sends.
  await page.addInitScript({ content: 'globalThis.__name = (named) => named' });
  await page.goto(url);
  return Object.assign(page, { faults });
}
