import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Browser, Page } from 'playwright-core';
import sharp from 'sharp';
import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { filePictures } from '../../runtime/images/file-pictures.ts';
import type { PixelRule } from '../../runtime/images/pixel-rule.ts';
import { openPage, startChromium } from './chromium.ts';
import type * as pageModule from './pixels-page.ts';
import { animated, vast } from './png-chunks.ts';
import { PICTURES, serveSite, webFiles } from './site.ts';

declare global {
  var pixels: typeof pageModule;
}

const preprocessing = (size: number, interpolation: ImagePreprocessing['interpolation'] = 'bicubic') =>
  ({
    size,
    resize: 'shortest-edge',
    interpolation,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    maxFrames: 8,
  }) as const satisfies ImagePreprocessing;

/** A photograph, and one with every alpha. */
const photo = () => sharp(join(PICTURES, 'scene.jpg')).resize(400, 300, { fit: 'fill' });
const clear = async () => {
  const { data, info } = await photo().removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const pixels = Buffer.alloc(info.width * info.height * 4);
  for (let pixel = 0; pixel < info.width * info.height; pixel += 1) {
    data.copy(pixels, pixel * 4, pixel * 3, pixel * 3 + 3);
    pixels[pixel * 4 + 3] = Math.floor(((pixel % info.width) * 256) / info.width);
  }
  return sharp(pixels, { raw: { width: info.width, height: info.height, channels: 4 } });
};

const one = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#c86432' } });

const MADE: Readonly<Record<string, () => Promise<Buffer>>> = {
  'a PNG': () => photo().png().toBuffer(),
  'a PNG with a palette': () => photo().png({ palette: true }).toBuffer(),
  'a grey PNG': () => photo().greyscale().png().toBuffer(),
  'a PNG with alpha': async () => (await clear()).png().toBuffer(),
  'a JPEG': () => photo().jpeg({ quality: 90 }).toBuffer(),
  'a JPEG whose colours are whole': () => photo().jpeg({ chromaSubsampling: '4:4:4' }).toBuffer(),
  'a progressive JPEG': () => photo().jpeg({ progressive: true }).toBuffer(),
  'a grey JPEG': () => photo().greyscale().jpeg().toBuffer(),
  'a JPEG in Display P3': () => photo().withIccProfile('p3').jpeg().toBuffer(),
  'a WebP': () => photo().webp({ quality: 90 }).toBuffer(),
  'a WebP without loss and with alpha': async () => (await clear()).webp({ lossless: true }).toBuffer(),
  'a GIF': () => photo().gif().toBuffer(),
  ...Object.fromEntries(
    [2, 3, 4, 5, 6, 7, 8].map((orientation) => [
      `a JPEG with EXIF's orientation ${orientation}`,
      () => photo().withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer(),
    ]),
  ),
  ...Object.fromEntries(
    [3, 6, 7].map((orientation) => [
      `a PNG with EXIF's orientation ${orientation}`,
      () => photo().withMetadata({ orientation }).png().toBuffer(),
    ]),
  ),
  "a WebP with EXIF's orientation 6": () => photo().withMetadata({ orientation: 6 }).webp().toBuffer(),
  'a PNG in Display P3': () => photo().withIccProfile('p3').png().toBuffer(),
  'a WebP in Display P3, turned': () =>
    photo().withMetadata({ orientation: 8 }).withIccProfile('p3').webp().toBuffer(),
  'a PNG whose rows are interlaced': () => photo().png({ progressive: true }).toBuffer(),
  'a PNG of 16 bits': () => photo().toColourspace('rgb16').png().toBuffer(),
  'an animated PNG, which is still in Node': async () =>
    animated(await photo().png().toBuffer(), await photo().negate().png().toBuffer(), 400, 300),
  'an AVIF': () => photo().avif({ effort: 0 }).toBuffer(),
  'an AVIF that is turned': () => photo().withMetadata({ orientation: 6 }).avif({ effort: 0 }).toBuffer(),
  'a pixel': () => one(1, 1).png().toBuffer(),
  'a row of pixels': () => one(3000, 1).jpeg().toBuffer(),
  'a PNG smaller than the input': () => photo().resize(60, 45, { fit: 'fill' }).png().toBuffer(),
};

/** Two engines of colour profiles; two decoders of AVIF; 16 bits are cut in Node and rounded in a page. */
function mostOf(name: string): number {
  if (name.includes('P3')) return 3;
  return /AVIF|16 bits/.test(name) ? 2 : 1;
}

/** What is no picture for a page, by what it is called. */
const REFUSED: Readonly<Record<string, () => Promise<Buffer>>> = {
  'a JPEG without its end': async () => (await photo().jpeg().toBuffer()).subarray(0, -2),
  'a JPEG that ends in its header': async () => (await photo().jpeg().toBuffer()).subarray(0, 100),
  'a PNG that is cut off': async () => (await photo().png().toBuffer()).subarray(0, -5000),
  'a PNG with a wrong byte': async () => {
    const file = await photo().png().toBuffer();
    const middle = Math.floor(file.length / 2);
    file.fill(0x55, middle, middle + 2);
    return file;
  },
  'a WebP that is cut off': async () => (await photo().webp().toBuffer()).subarray(0, -3000),
  'an AVIF that is cut off': async () => (await photo().avif({ effort: 0 }).toBuffer()).subarray(0, -3000),
  'a WebP whose movement is cut off': async () =>
    (await readFile(join(PICTURES, 'sailing.webp'))).subarray(0, 900),
  'a JPEG of four inks': () => readFile(join(PICTURES, 'sailboat-cmyk.jpg')),
  'a few bytes of 3.6 gigapixels': async () => vast(60_000),
  nothing: async () => Buffer.alloc(0),
  'a text': async () => Buffer.from('a text that is called picture.png'),
  'a drawing': async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  'a TIFF': () => photo().tiff().toBuffer(),
  'an HEIC': async () => Buffer.concat([Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic'), Buffer.alloc(99)]),
  'a BMP that is cut off': async () => Buffer.concat([Buffer.from('BM'), Buffer.alloc(40)]),
};

describe("a page's pixels", () => {
  let browser: Browser;
  let server: Server;
  let page: Page;

  before(async function () {
    browser = await startChromium(this);
    const { folder } = await webFiles();
    await build({
      entryPoints: [new URL('./pixels-page.ts', import.meta.url).pathname],
      outfile: join(folder, 'pixels-page.js'),
      ...{ bundle: true, format: 'esm', platform: 'browser', logLevel: 'silent' },
    });
    const site = await serveSite();
    server = site.server;
    page = await openPage(browser, `${site.url}empty.html`);
    await page.evaluate("import('/pixels-page.js').then((module) => { globalThis.pixels = module; })");
  });
  after(async () => {
    await browser?.close();
    server?.close();
  });

  /** In the page, and in Node by sharp. */
  async function both(
    file: Buffer,
    image: ImagePreprocessing,
    rule: PixelRule,
    frame = 0,
  ): Promise<{ found: Uint8Array; expected: Uint8Array; frames: number }> {
    const { text, frames } = await page.evaluate(
      async ({ base64, options, how, which }) => {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        const header = await pixels.pictures.readHeader(bytes, how);
        const decoded = await pixels.pictures.decode(bytes, header, options, which);
        let joined = '';
        for (const value of decoded) joined += String.fromCharCode(value);
        return { text: btoa(joined), frames: header.frames };
      },
      { base64: file.toString('base64'), options: image, how: rule, which: frame },
    );
    const header = await filePictures.readHeader(file, rule);
    assert.equal(frames, header.frames);
    const expected = await filePictures.decode(file, header, image, frame);
    return { found: Buffer.from(text, 'base64'), expected, frames };
  }

  const largest = (found: Uint8Array, expected: Uint8Array): number => {
    assert.equal(found.length, expected.length);
    return found.reduce(
      (most, value, place) => Math.max(most, Math.abs(value - (expected[place] ?? 999))),
      0,
    );
  };

  for (const [name, make] of Object.entries(MADE)) {
    const most = mostOf(name);
    it(`are sharp's within ${most} of 255: ${name}`, async () => {
      const file = await make();
      for (const rule of ['shown', 'pillow'] as const) {
        for (const size of [48, 224]) {
          const { found, expected } = await both(file, preprocessing(size), rule);
          const off = largest(found, expected);
          assert.ok(off <= most, `${off} of 255 off, ${rule}, to ${size}`);
        }
      }
    });
  }

  for (const [name, make] of Object.entries(REFUSED)) {
    it(`are not those of ${name}: it is refused in a sentence`, async () => {
      const found = await page.evaluate(
        async ({ base64, options }) => {
          const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
          try {
            await pixels.pictures.contentOf(bytes);
            const header = await pixels.pictures.readHeader(bytes, 'shown');
            await pixels.pictures.decode(bytes, header, options);
            return 'decoded: ';
          } catch (error) {
            return String(error);
          }
        },
        { base64: (await make()).toString('base64'), options: preprocessing(48) },
      );
      assert.match(found, /^UserError: The picture (of|has) [^\n]+: [^\n]+[^.]\.$/);
    });
  }

  it("are the inks' own by Pillow's rule, within 2", async () => {
    const file = await readFile(join(PICTURES, 'sailboat-cmyk.jpg'));
    const { found, expected } = await both(file, preprocessing(48), 'pillow');
    assert.ok(largest(found, expected) <= 2);
  });

  it('differ by more where a JPEG is so large that libjpeg shrinks it in Node: 12 of 255 at most, 1 in the mean', async () => {
    const file = await readFile(join(PICTURES, 'scene.jpg'));
    for (const size of [48, 224]) {
      const { found, expected } = await both(file, preprocessing(size), 'shown');
      const differences = Array.from(found, (value, place) => Math.abs(value - (expected[place] ?? 999)));
      const mean = differences.reduce((sum, each) => sum + each, 0) / differences.length;
      const off = largest(found, expected);
      assert.ok(off <= 12 && mean <= 1, `${off}, ${mean} in the mean, to ${size}`);
    }
  });

  it('are those of every frame of a moving picture', async () => {
    for (const name of ['sailing.gif', 'sailing.webp']) {
      const file = await readFile(join(PICTURES, name));
      const { frames } = await both(file, preprocessing(48), 'shown');
      assert.ok(frames > 1, name);
      for (let frame = 0; frame < frames; frame += 1) {
        const { found, expected } = await both(file, preprocessing(48), 'shown', frame);
        const off = largest(found, expected);
        assert.ok(off <= 1, `${off} of 255 off in frame ${frame} of ${name}`);
      }
    }
  });
});
