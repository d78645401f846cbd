import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import sharp, { type Create } from 'sharp';
import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { preprocessingFromConfig } from '../../models/configs/preprocessor.ts';
import { decodePicture, readHeader } from '../../runtime/images/decode.ts';
import { geometryOf } from '../../runtime/images/geometry.ts';
import { MAX_PIXELS } from '../../runtime/images/limits.ts';
import { loadImage } from '../../runtime/images/load-image.ts';
import { oneSentence } from '../support/one-sentence.ts';

const folder = fileURLToPath(new URL('../images/', import.meta.url));
const picture = (name: string) => join(folder, name);
const clip: ImagePreprocessing = {
  size: 32,
  resize: 'shortest-edge',
  interpolation: 'bicubic',
  mean: [0.48145466, 0.4578275, 0.40821073],
  std: [0.26862954, 0.26130258, 0.27577711],
  maxFrames: 1,
};
const bytes: ImagePreprocessing = { ...clip, mean: [0, 0, 0], std: [1, 1, 1] };

/** The colour in the middle of a loaded picture, 0 to 255. */
function middle(pixels: Float32Array): number[] {
  const plane = pixels.length / 3;
  const place = Math.floor(plane / 2 + Math.sqrt(plane) / 2);
  return [0, 1, 2].map((channel) => Math.round((pixels[channel * plane + place] ?? 0) * 255));
}

const near = (found: readonly number[], expected: readonly number[], tolerance: number) =>
  found.forEach((value, index) => {
    assert.ok(Math.abs(value - (expected[index] ?? 0)) <= tolerance, `${found} is not ${expected}`);
  });

describe('decodePicture, compared with Pillow', () => {
  const sources = new Map<string, string>();
  const references: string[] = [];
  before(async () => {
    for (const file of await readdir(folder)) sources.set(file.replace(/\..*$/, ''), file);
    references.push(...(await readdir(picture('reference'))));
  });

  /** Largest and mean difference of all bytes, of 255. */
  const compare = async (reference: string) => {
    const parts = /^(.+)-(shortest-edge|stretch)-(bicubic|bilinear)-(\d+)\.png$/.exec(reference);
    assert.ok(parts !== null, reference);
    const [, name = '', resize, interpolation, size] = parts;
    const source = picture(sources.get(name) ?? name);
    const found = await decodePicture(source, await readHeader(source), {
      size: Number(size),
      resize: resize === 'stretch' ? 'stretch' : 'shortest-edge',
      interpolation: interpolation === 'bilinear' ? 'bilinear' : 'bicubic',
    });
    const expected = await sharp(picture(join('reference', reference)))
      .removeAlpha()
      .raw()
      .toBuffer();
    assert.equal(found.length, expected.length, reference);
    const differences = Array.from(found, (value, index) => Math.abs(value - (expected[index] ?? 0)));
    return {
      largest: differences.reduce((most, difference) => Math.max(most, difference), 0),
      mean: differences.reduce((sum, difference) => sum + difference, 0) / differences.length,
    };
  };

  it('gives the same bytes for lossless pictures smaller than the input', async () => {
    assert.deepEqual(await compare('cat-shortest-edge-bicubic-224.png'), { largest: 0, mean: 0 });
  });

  it('differs by at most 10 of 255 steps, 0.15 in the mean, where it shrinks up to four times', async () => {
    for (const reference of references.filter((name) => !name.startsWith('scene'))) {
      const { largest, mean } = await compare(reference);
      assert.ok(largest <= 10 && mean <= 0.15, `${reference}: ${largest}, ${mean}`);
    }
  });

  it('differs by at most 10 of 255 steps, 1 in the mean, where it shrinks a large picture', async () => {
    const scenes = references.filter((name) => name.startsWith('scene'));
    assert.ok(scenes.length >= 4);
    for (const reference of scenes) {
      const { largest, mean } = await compare(reference);
      assert.ok(largest <= 10 && mean <= 1, `${reference}: ${largest}, ${mean}`);
    }
  });
});

/** Largest and mean difference between the pixels found and those of a PNG file, of 255. */
async function differenceFrom(found: Uint8Array, file: string): Promise<{ largest: number; mean: number }> {
  const expected = await sharp(file).toColourspace('srgb').removeAlpha().raw().toBuffer();
  assert.equal(found.length, expected.length, file);
  const differences = Array.from(found, (value, index) => Math.abs(value - (expected[index] ?? 0)));
  return {
    largest: differences.reduce((most, difference) => Math.max(most, difference), 0),
    mean: differences.reduce((sum, difference) => sum + difference, 0) / differences.length,
  };
}

describe('a crop smaller than what pictures are resized to', () => {
  it("gives the pixels of transformers' CLIP image processor, as its config is read", async () => {
    const files = await readdir(picture('cropped'));
    assert.equal(files.length, 10);
    for (const file of files) {
      const [, name = '', resized, cropped] = /^(.+)-(\d+)-(\d+)\.png$/.exec(file) ?? [];
      const config = {
        do_center_crop: true,
        size: { shortest_edge: Number(resized) },
        crop_size: { height: Number(cropped), width: Number(cropped) },
        image_mean: [0, 0, 0],
        image_std: [1, 1, 1],
      };
      const rules = { size: Number(cropped), ...preprocessingFromConfig(config, Number(cropped)) };
      const found = await decodePicture(picture(name), await readHeader(picture(name)), rules);
      const { largest, mean } = await differenceFrom(found, picture(join('cropped', file)));
      const lossy = /scene|jpg/.test(name);
      assert.ok(largest <= 10 && mean <= (lossy ? 1 : 0.15), `${file}: ${largest}, ${mean}`);
      // A place further on every pixel is another.
      const besides = { ...rules, resizeTo: Number(resized) + 3 };
      const other = await decodePicture(picture(name), await readHeader(picture(name)), besides);
      assert.ok((await differenceFrom(other, picture(join('cropped', file)))).mean > 2 * mean, file);
    }
  });

  it('is refused where pictures would not become squares of the right size', () => {
    const means = { image_mean: [0, 0, 0], image_std: [1, 1, 1] };
    const refuses = (config: object, sentence: RegExp) =>
      assert.throws(() => preprocessingFromConfig({ ...means, ...config }, 224), sentence);
    refuses({ size: { shortest_edge: 224 }, do_center_crop: false }, /cuts nothing out \(do_center_crop\)/);
    refuses({ size: { shortest_edge: 200 }, crop_size: 224 }, /200 pixels cropped to 224,.*nothing is added/);
    refuses({ size: { shortest_edge: 256 }, crop_size: 256 }, /256 pixels cropped to 256, but/);
    refuses({ size: { height: 224, width: 200 }, do_center_crop: false }, /of unequal sides/);
    assert.equal(
      preprocessingFromConfig({ ...means, size: { height: 224, width: 224 }, do_center_crop: false }, 224)
        .resize,
      'stretch',
    );
  });
});

describe('bitmaps, compared with Pillow', () => {
  it('gives the same pixels for BMP, PBM, PGM and PPM of every kind', async () => {
    const files = (await readdir(picture('bitmaps'))).filter((file) => !file.endsWith('.png'));
    assert.equal(files.length, 23);
    for (const file of files) {
      const source = picture(join('bitmaps', file));
      const expected = await loadImage(`${source}.png`, { ...bytes, resize: 'stretch' });
      const found = await loadImage(source, { ...bytes, resize: 'stretch' }, { pixels: 'pillow' });
      const largest = expected.reduce(
        (most, value, at) => Math.max(most, Math.abs(value - (found[at] ?? 0))),
        0,
      );
      assert.ok(largest <= 1.01 / 255, `${file}: ${largest * 255}`);
    }
  });

  it('never accepts a truncated one, and reads or refuses any damaged one', async () => {
    const names = (await readdir(picture('bitmaps'))).filter((file) => !file.endsWith('.png'));
    const files = await Promise.all(
      names.map(async (file) => [file, await readFile(picture(join('bitmaps', file)))] as const),
    );
    for (const [name, file] of files) {
      // The last digits of a plain file may be missing, and a run's end.
      const end = /plain/.test(name) ? 12 : /runs/.test(name) ? 4 : 1;
      for (let length = 0; length <= file.length - end; length += 1 + Math.floor(length / 20)) {
        await assert.rejects(loadImage(file.subarray(0, length), bytes), oneSentence(), `${name} ${length}`);
      }
    }
    const damage = fc.array(fc.tuple(fc.nat(79), fc.nat(255)), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), damage, async ([, file], changes) => {
        const damaged = Buffer.from(file);
        for (const [at, byte] of changes) damaged[at] = byte;
        await loadImage(damaged, bytes).catch(oneSentence());
      }),
      { numRuns: 1000 },
    );
  });
});

describe("Pillow's pixels", () => {
  it('are as stored, without alpha and by no profile, where they are asked for', async () => {
    for (const [name, tolerance] of [
      ['guitar-rotated.jpg', 10],
      ['giraffe-alpha.png', 10],
      ['sailboat-cmyk.jpg', 10],
    ] as const) {
      const rules = { ...bytes, size: 56, resize: 'stretch' as const };
      const file = picture(join('pillow', `${name}.png`));
      const found = await decodePicture(picture(name), await readHeader(picture(name), 'pillow'), rules);
      const { largest, mean } = await differenceFrom(found, file);
      assert.ok(largest <= tolerance && mean <= 1, `${name}: ${largest}, ${mean}`);
      const shown = await decodePicture(picture(name), await readHeader(picture(name)), rules);
      assert.ok((await differenceFrom(shown, file)).mean > 2, `${name} is shown otherwise`);
    }
  });
});

describe('geometryOf', () => {
  it('follows torchvision: int() of the long side, halves of the crop to even', () => {
    const of = (width: number, height: number, size: number) => {
      const { resized, crop } = geometryOf({ width, height }, { size, resize: 'shortest-edge' });
      return [resized.width, resized.height, crop.left, crop.top];
    };
    assert.deepEqual(of(640, 480, 224), [298, 224, 37, 0]);
    assert.deepEqual(of(480, 641, 224), [224, 299, 0, 38]); // round(37.5) = 38
    assert.deepEqual(of(101, 100, 33), [33, 33, 0, 0]);
    assert.deepEqual(of(9, 8, 8), [9, 8, 0, 0]); // round(0.5) = 0
    assert.deepEqual(of(11, 8, 8), [11, 8, 2, 0]); // round(1.5) = 2
  });

  it('always crops a square from inside what it resizes to, for any size', () => {
    const side = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: MAX_PIXELS }));
    fc.assert(
      fc.property(side, side, fc.integer({ min: 1, max: 500 }), (width, height, size) => {
        const { part, resized, crop } = geometryOf({ width, height }, { size, resize: 'shortest-edge' });
        assert.ok(part.left >= 0 && part.left + part.width <= width && part.width >= 1);
        assert.ok(part.top >= 0 && part.top + part.height <= height && part.height >= 1);
        assert.ok(crop.left >= 0 && crop.left + size <= resized.width);
        assert.ok(crop.top >= 0 && crop.top + size <= resized.height);
        assert.ok(Math.max(resized.width, resized.height) <= 66 * size, 'bounded memory');
        assert.ok(Math.abs(2 * part.left + part.width - width) <= 1, 'the middle stays the middle');
      }),
    );
  });
});

describe('loadImage', () => {
  let temporary: string;
  before(async () => {
    temporary = await mkdtemp(join(tmpdir(), 'images-'));
  });
  after(() => rm(temporary, { recursive: true }));
  const plain = (width: number, height: number, background: Create['background']) =>
    sharp({ create: { width, height, channels: 4, background } });

  it('puts channels first and normalises each', async () => {
    const orange = await plain(40, 50, '#ff8000').png().toBuffer();
    const pixels = await loadImage(orange, clip);
    assert.equal(pixels.length, 3 * 32 * 32);
    const values = [255, 128, 0].map((value, channel) =>
      Math.fround((value / 255 - (clip.mean[channel] ?? 0)) / (clip.std[channel] ?? 1)),
    );
    for (const [place, value] of pixels.entries()) {
      assert.ok(Math.abs(value - (values[Math.floor(place / 1024)] ?? 0)) < 1e-6);
    }
  });

  it('reads a path, a Buffer and a Uint8Array alike', async () => {
    const path = picture('dog.jpg');
    const buffer = await readFile(path);
    const expected = await loadImage(path, clip);
    assert.deepEqual(await loadImage(buffer, clip), expected);
    assert.deepEqual(await loadImage(new Uint8Array(buffer), clip), expected);
  });

  it('reads a file again after it has changed', async () => {
    const path = join(temporary, 'changing.webp');
    for (const colour of ['#ff0000', '#0000ff']) {
      await writeFile(path, await plain(8, 8, colour).webp({ lossless: true }).toBuffer());
      assert.deepEqual(
        middle(await loadImage(path, bytes)),
        colour === '#ff0000' ? [255, 0, 0] : [0, 0, 255],
      );
    }
  });

  it('lays alpha over white', async () => {
    const half = await plain(40, 40, { r: 0, g: 0, b: 0, alpha: 0.5 }).png().toBuffer();
    near(middle(await loadImage(half, bytes)), [127, 127, 127], 1);
    const corner = await loadImage(picture('giraffe-alpha.png'), bytes);
    assert.equal(corner[0], 1);
  });

  it('turns a picture upright by its EXIF orientation', async () => {
    const upright = { width: 60, height: 40 };
    const left = plain(30, 40, '#ff0000');
    const picture = sharp({ create: { ...upright, channels: 3, background: '#0000ff' } }).composite([
      { input: await left.png().toBuffer(), left: 0, top: 0 },
    ]);
    const png = await picture.png().toBuffer();
    const expected = await loadImage(png, { ...bytes, resize: 'stretch' });
    // Stored a quarter turned to the left, orientation 6 turns it to the right again.
    const turned = await sharp(png).rotate(270).withMetadata({ orientation: 6 }).png().toBuffer();
    const found = await loadImage(turned, { ...bytes, resize: 'stretch' });
    assert.equal(found.length, expected.length);
    found.forEach((value, index) => {
      assert.ok(Math.abs(value - (expected[index] ?? 0)) <= 3 / 255, 'the same picture');
    });
  });

  it('reads greyscale, 16 bits, palettes and CMYK as sRGB', async () => {
    const grey = plain(40, 40, '#808080');
    near(
      middle(await loadImage(await grey.clone().toColourspace('b-w').png().toBuffer(), bytes)),
      [128, 128, 128],
      1,
    );
    near(
      middle(await loadImage(await grey.clone().toColourspace('rgb16').png().toBuffer(), bytes)),
      [128, 128, 128],
      1,
    );
    near(
      middle(await loadImage(await grey.clone().png({ palette: true }).toBuffer(), bytes)),
      [128, 128, 128],
      1,
    );
    near(middle(await loadImage(await grey.clone().tiff().toBuffer(), bytes)), [128, 128, 128], 1);
    const teapot = await loadImage(picture('teapot-grey.png'), bytes);
    assert.deepEqual(teapot.slice(0, 1024), teapot.slice(2048));
    // Sky blue stays sky blue through the inks.
    const boat = await loadImage(picture('sailboat-cmyk.jpg'), bytes);
    near(
      [0, 1024, 2048].map((place) => Math.round((boat[place] ?? 0) * 255)),
      [191, 225, 246],
      12,
    );
  });

  it('takes a single pixel, a single row and the first frame of a moving picture', async () => {
    const red = '#ff0000';
    assert.deepEqual(middle(await loadImage(await plain(1, 1, red).png().toBuffer(), bytes)), [255, 0, 0]);
    assert.deepEqual(
      middle(await loadImage(await plain(20_000, 1, red).png().toBuffer(), bytes)),
      [255, 0, 0],
    );
    assert.deepEqual(
      middle(await loadImage(await plain(1, 20_000, red).png().toBuffer(), bytes)),
      [255, 0, 0],
    );
    const stretched = await loadImage(await plain(1, 3000, red).png().toBuffer(), {
      ...bytes,
      resize: 'stretch',
    });
    assert.deepEqual(middle(stretched), [255, 0, 0]);
    const first = await sharp(picture('sailing.gif'), { page: 0 }).png().toBuffer();
    assert.deepEqual(await loadImage(picture('sailing.gif'), clip), await loadImage(first, clip));
  });

  it('gives finite values of the right number for pictures of any size, resizing and interpolation', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 90 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom('shortest-edge' as const, 'stretch' as const),
        fc.constantFrom('bicubic' as const, 'bilinear' as const, 'nearest' as const),
        async (width, height, size, resize, interpolation) => {
          const png = await plain(width, height, '#336699').png({ compressionLevel: 1 }).toBuffer();
          const pixels = await loadImage(png, { ...bytes, size, resize, interpolation });
          assert.equal(pixels.length, 3 * size * size);
          for (const [channel, value] of [0x33, 0x66, 0x99].entries()) {
            for (const found of pixels.subarray(channel * size * size, (channel + 1) * size * size)) {
              assert.ok(Math.abs(found * 255 - value) < 1.01, `${found * 255} is not ${value}`);
            }
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('refuses more pixels than it reads, before it decodes any', async () => {
    const bomb = join(temporary, 'bomb.png');
    await sharp({ create: { width: 1, height: 1, channels: 3, background: '#fff' } })
      .png()
      .toFile(bomb);
    const png = await readFile(bomb);
    // A PNG's header says how large it is; its checksum is that of the true size, so write it anew.
    png.writeUInt32BE(50_000, 16);
    png.writeUInt32BE(50_000, 20);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    await writeFile(bomb, png);
    await assert.rejects(loadImage(bomb, clip), (error) => {
      oneSentence()(error);
      assert.match(String(error), /bomb\.png' is 50000 x 50000 pixels but at most 134217728 pixels are read/);
      return true;
    });
  });

  it('says what is wrong with a missing, empty, unsupported or damaged file, a folder and an address', async () => {
    const cases: [source: string | Uint8Array, message: RegExp][] = [
      [join(temporary, 'none.png'), /none\.png' does not exist/],
      [join(picture('cat.png'), 'inside.png'), /does not exist/],
      [temporary, /is a folder/],
      ['/dev/null', /not a regular file/],
      ['https://example.org/cat.png', /is an address.*download/],
      [new Uint8Array(0), /has no bytes/],
      [picture('lab.tif'), /lab\.tif' is in the colour space Lab, which is not read: save it as RGB\.$/],
      [Buffer.from('a text'), /picture of 6 bytes is not a picture in a format/],
      [picture('README.md'), /README\.md' is not a picture in a format/],
      [(await readFile(picture('cat.png'))).subarray(0, 2000), /truncated or damaged/],
      [(await readFile(picture('dog.jpg'))).subarray(0, 2000), /truncated or damaged/],
    ];
    const empty = join(temporary, 'empty.jpg');
    await writeFile(empty, '');
    cases.push([empty, /empty \(0 bytes\)/]);
    for (const [source, message] of cases) {
      await assert.rejects(loadImage(source, clip), oneSentence(message));
    }
  });

  it('never accepts a truncated still picture', async () => {
    const files = await Promise.all(
      ['dog.jpg', 'cat.png', 'apple.webp'].map((name) => readFile(picture(name))),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.double({ min: 0, max: 0.99, noNaN: true }),
        async (file, part) => {
          await assert.rejects(
            loadImage(file.subarray(0, Math.floor(file.length * part)), clip),
            oneSentence(),
          );
        },
      ),
      { numRuns: 200 },
    );
  });

  it('reads or refuses any damaged picture, and never crashes', async () => {
    const names = [
      'dog.jpg',
      'guitar-rotated.jpg',
      'cat.png',
      'apple.webp',
      'sailing.gif',
      'sailing.webp',
      'sailboat-cmyk.jpg',
    ];
    const files = await Promise.all(names.map((name) => readFile(picture(name))));
    const damage = fc.array(
      fc.record({ at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), byte: fc.nat(255) }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), damage, fc.boolean(), async (file, changes, inHeader) => {
        const damaged = Buffer.from(file);
        for (const { at, byte } of changes) damaged[Math.floor(at * (inHeader ? 200 : file.length))] = byte;
        try {
          const pixels = await loadImage(damaged, clip);
          assert.equal(pixels.length, 3 * 32 * 32);
          assert.ok(pixels.every(Number.isFinite));
        } catch (error) {
          oneSentence()(error);
        }
      }),
      { numRuns: 300 },
    );
  });
});
