import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { crc32, gzipSync } from 'node:zlib';
import sharp from 'sharp';
import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { loadImage } from '../../runtime/images/load-image.ts';
import { oneSentence } from '../support/one-sentence.ts';

const run = promisify(execFile);
const picture = (name: string) => fileURLToPath(new URL(`../images/${name}`, import.meta.url));
const child = fileURLToPath(new URL('./workers/read-pictures.ts', import.meta.url));
const rules: ImagePreprocessing = {
  size: 32,
  resize: 'stretch',
  interpolation: 'bicubic',
  mean: [0, 0, 0],
  std: [1, 1, 1],
  maxFrames: 1,
};

let folder: string;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'limits-'));
});
after(() => rm(folder, { recursive: true }));

const refuses = (source: string | Uint8Array, sentence: RegExp) =>
  assert.rejects(loadImage(source, rules), oneSentence(sentence));

/** What a process of its own says of pictures, how much memory it took, and what libraries printed. */
async function readApart(...files: string[]): Promise<{ said: string[]; mebibytes: number; stderr: string }> {
  const { stdout, stderr } = await run(process.execPath, ['--import', 'tsx', child, ...files]);
  const { said, mebibytes } = JSON.parse(stdout);
  return { said, mebibytes, stderr };
}

/** A file's bytes with others in a place. */
function spliced(file: Buffer, at: number, removed: number, added: readonly number[] = []): Buffer {
  assert.ok(at >= 0);
  return Buffer.concat([file.subarray(0, at), Buffer.from(added), file.subarray(at + removed)]);
}

/** A segment of JFIF 2.01. */
const JFIF_2 = [0xff, 0xe0, 0, 16, ...Buffer.from('JFIF'), 0, 2, 1, 0, 0, 1, 0, 1, 0, 0];

describe('JPEGs of which libjpeg only warns', () => {
  let jpeg: Buffer;
  before(async () => {
    jpeg = await readFile(picture('dog.jpg'));
  });
  /** Where a marker's segment begins. */
  const marker = (code: number) => jpeg.indexOf(Buffer.from([0xff, code]));

  it('give the pixels that they hold', async () => {
    const expected = await loadImage(jpeg, rules);
    const scan = marker(0xda);
    const scanEnd = scan + 2 + jpeg.readUInt16BE(scan + 2);
    const huffman = marker(0xc4);
    const kinds = {
      'parameters of a scan': spliced(jpeg, scanEnd - 3, 3, [0, 0, 0]),
      'JFIF 2.01': spliced(jpeg, 2, 0, JFIF_2),
      'bytes between segments': spliced(jpeg, huffman, 0, [0, 17, 42]),
      'bytes before the end': spliced(jpeg, jpeg.length - 2, 0, [1, 2, 3]),
      'bytes after the end': spliced(jpeg, jpeg.length, 0, [1, 2, 3]),
      'an unknown colour transform': spliced(jpeg, marker(0xdb), 0, [
        0xff,
        0xee,
        0,
        14,
        ...Buffer.from('Adobe'),
        0,
        100,
        0,
        0,
        0,
        0,
        9,
      ]),
    };
    for (const [kind, file] of Object.entries(kinds)) {
      assert.deepEqual(await loadImage(file, rules), expected, kind);
    }
    // Side by side with others: libvips' words are the process's.
    const many = await Promise.all(
      Object.values(kinds).flatMap((file) => [loadImage(file, rules), loadImage(jpeg, rules)]),
    );
    for (const pixels of many) assert.deepEqual(pixels, expected);
  });

  it('are refused where the compressed data are damaged or end too early, with a warned-of header too', async () => {
    const half = Math.floor(jpeg.length / 2);
    for (const file of [jpeg, spliced(jpeg, 2, 0, JFIF_2)]) {
      await refuses(file.subarray(0, half), /truncated or damaged/);
      await refuses(file.subarray(0, file.length - 40), /truncated or damaged/);
      await refuses(
        Buffer.concat([file.subarray(0, half), Buffer.from([0xff, 0xd9])]),
        /truncated or damaged/,
      );
    }
  });
});

describe('an SVG', () => {
  const open =
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="100" height="100">';
  const white = '<rect width="100" height="100" fill="white"/>';

  it('reads no file, however it names one', async () => {
    await sharp({ create: { width: 9, height: 9, channels: 3, background: '#f00' } })
      .png()
      .toFile(join(folder, 'sibling.png'));
    await writeFile(join(folder, 'secret.txt'), 'SECRET');
    await writeFile(join(folder, 'red.css'), 'rect { fill: red }');
    await writeFile(
      join(folder, 'other.svg'),
      `${open}<g id="a"><rect width="100" height="100" fill="red"/></g></svg>`,
    );
    const absolute = `file://${join(folder, 'sibling.png')}`;
    const image = (href: string) => `<image xlink:href="${href}" href="${href}" width="100" height="100"/>`;
    const text = '<text y="60" font-size="60">';
    const cases = {
      'a picture beside it': `${open}${white}${image('sibling.png')}</svg>`,
      'a picture by its address': `${open}${white}${image(absolute)}</svg>`,
      'another SVG': `${open}${white}<use href="other.svg#a" xlink:href="other.svg#a"/></svg>`,
      XInclude: `${open}${white}${text}<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="secret.txt" parse="text"/></text></svg>`,
      'a style sheet': `${open}<style>@import url("red.css");</style>${white}</svg>`,
      'a style sheet before it': `<?xml-stylesheet href="red.css" type="text/css"?>${open}${white}</svg>`,
    };
    for (const [kind, svg] of Object.entries(cases)) {
      const path = join(folder, 'case.svg');
      for (const content of [svg, gzipSync(svg)]) {
        await writeFile(path, content);
        const pixels = await loadImage(path, rules);
        assert.ok(
          pixels.every((value) => value === 1),
          kind,
        );
      }
    }
    const entity = join(folder, 'entity.svg');
    await writeFile(
      entity,
      `<!DOCTYPE svg [<!ENTITY e SYSTEM "secret.txt">]>${open}${white}${text}&e;</text></svg>`,
    );
    await refuses(entity, /damaged.*'e' not defined/);
    // A picture that it holds itself is drawn.
    const held = await readFile(join(folder, 'sibling.png'), 'base64');
    const drawn = await loadImage(
      Buffer.from(`${open}${white}${image(`data:image/png;base64,${held}`)}</svg>`),
      rules,
    );
    assert.ok(drawn.some((value) => value === 0));
  });

  it('is as large as it says: by units, by its view box, by entities, in any encoding', async () => {
    const half = (attributes: string, width: number, height: number, doctype = '') =>
      `${doctype}<svg xmlns="http://www.w3.org/2000/svg" ${attributes}><rect width="${width}" height="${height}" fill="white"/></svg>`;
    const whole = {
      pixels: half('width="100" height="50"', 100, 50),
      inches: half('width="1in" height="72pt"', 72, 72),
      'a view box': half('viewBox="0 0 30 20"', 30, 20),
      'a view box and a width': half('viewBox="0 0 30 20" width="300"', 30, 20),
      percentages: half('viewBox="0 0 30 20" width="100%" height="100%"', 30, 20),
      'nothing said': half('', 300, 150),
      'a style': half('width="3" height="3" style="fill:red;width:20px;height:10px"', 20, 10),
      'an entity': half('width="&w;" height="40"', 40, 40, '<!DOCTYPE svg [<!ENTITY w "40">]>'),
    };
    for (const [kind, svg] of Object.entries(whole)) {
      for (const bytes of [
        Buffer.from(`\ufeff<?xml version="1.0"?><!-- a comment -->\n${svg}`),
        Buffer.from(`\ufeff${svg}`, 'utf16le'),
        Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?><!-- \u00e9 -->${svg}`, 'latin1'),
      ]) {
        const pixels = await loadImage(bytes, rules);
        assert.ok(
          pixels.every((value) => value > 0.99),
          kind,
        );
      }
    }
    await refuses(Buffer.from('<!DOCTYPE html><html></html>'), /is not a picture in a format/);
    await refuses(Buffer.from('<svg'), /is not a picture in a format/);
    await refuses(gzipSync(Buffer.alloc(2 ** 25)), /truncated or damaged/);
  });

  it('of any size draws or is refused in one sentence, with no word of a library', async () => {
    const sizes = {
      attributes: 'width="1000000000" height="1000000000" viewBox="0 0 1000000000 1000000000"',
      box: 'viewBox="0 0 1e300 1e300"',
      units: 'width="1e9in" height="1e-9mm"',
      long: 'width="40000" height="1"',
      style: 'width="9" height="9" style="width:1e9px !important;height:1e9px !important"',
      none: '',
      negative: 'width="-1e9" height="nan" viewBox="0 0 -1 1e999"',
    };
    const files: string[] = [];
    for (const [name, attributes] of Object.entries(sizes)) {
      const file = join(folder, `${name}.svg`);
      const sheet = '<style>svg{width:1e9px !important;height:1e9px !important}</style>';
      const far = '<rect width="1e9" height="1e9" fill="white"/>';
      await writeFile(file, `<svg xmlns="http://www.w3.org/2000/svg" ${attributes}>${sheet}${far}</svg>`);
      files.push(file);
    }
    const { said, mebibytes, stderr } = await readApart(...files);
    assert.deepEqual(
      said.map((words) => /^read|is .* pixels but (at most|a side)/.exec(words)?.[0].slice(0, 4)),
      ['is 1', 'is 1', 'is 7', 'is 4', 'is 1', 'read', 'read'],
      said.join('\n'),
    );
    assert.equal(stderr, '');
    assert.ok(mebibytes < 400, `${mebibytes} MiB`);
  });

  it('is refused for pictures in it that are too large, damaged or SVGs', async () => {
    const holding = (type: string, bytes: Buffer) =>
      Buffer.from(`${open}<image href="data:image/${type};base64,${bytes.toString('base64')}"/></svg>`);
    const side = { width: 9000, height: 9000, channels: 3, background: '#fff' } as const;
    const large = await sharp({ create: side }).png().toBuffer();
    await refuses(holding('png', large), /would take 309 MiB to decode, as a svg/);
    await refuses(holding('png', Buffer.from('PNG')), /holds a picture that cannot be read: /);
    await refuses(holding('svg+xml', Buffer.from(`${open}${white}</svg>`)), /holds another SVG/);
  });

  it('that repeats elements without end or beyond count is refused before it is drawn', async () => {
    const many = (count: number, part: (index: number) => string) =>
      Array.from({ length: count }, (_, i) => part(i)).join('');
    const use = (id: string) => `<use xlink:href="#${id}"/>`;
    const paint = (index: number) => (index === 0 ? 'red' : `url(#p${index - 1})`);
    const cases: Record<string, [drawing: string, reason: RegExp]> = {
      'uses of uses': [
        `<defs><g id="l0">${white}</g>${many(9, (i) => `<g id="l${i + 1}">${use(`l${i}`).repeat(10)}</g>`)}</defs>${use('l9')}`,
        /more than 50000 elements/,
      ],
      'patterns of patterns': [
        `${many(9, (i) => `<pattern id="p${i}" width="9" height="9">${`<path fill="${paint(i)}" d="M0 0h9v9"/>`.repeat(10)}</pattern>`)}<rect fill="url(#p8)"/>`,
        /more than 50000 elements/,
      ],
      'patterns by a style sheet': [
        `<style>.a { fill: u\\72l("#p") }</style><pattern id="p">${'<g/>'.repeat(300)}</pattern>${'<rect class="b a"/>'.repeat(300)}`,
        /more than 50000 elements/,
      ],
      'a marker at each vertex': [
        `<marker id="m">${'<g/>'.repeat(20)}</marker><path marker-mid="url(#m)" d="M0 0${'h1'.repeat(4000)}"/>`,
        /more than 50000 elements/,
      ],
      elements: ['<g/>'.repeat(60_000), /more than 50000 elements/],
      'a long path': [`<path d="M0 0${'h1'.repeat(3_000_000)}"/>`, /more than 50000 elements/],
      levels: ['<g>'.repeat(600) + '</g>'.repeat(600), /more than 500 levels/],
      'a chain': [many(3000, (i) => `<g id="l${i + 1}">${use(`l${i}`)}</g>`), /more than 50000 elements/],
      'a circle': [`<g id="a">${use('b')}</g><g id="b">${use('a')}</g>`, /repeats itself/],
    };
    for (const [kind, [drawing, reason]] of Object.entries(cases)) {
      await refuses(
        Buffer.from(`${open}${drawing}</svg>`),
        new RegExp(`is not drawn, since .*${reason.source}`),
      ).catch((error) => assert.fail(`${kind}: ${error.message}`));
    }
    await refuses(
      Buffer.from(`<!DOCTYPE svg [<!ENTITY e "<g/>">]>${open}&e;</svg>`),
      /since its entities hold elements/,
    );
    // A tile that is drawn a thousand times, and a gradient in every element.
    const fine = `<style>.a, rect, stop { fill: url(#g) }</style><linearGradient id="g"><stop stop-color="white"/></linearGradient><defs>${white.replace('<rect', '<rect id="r" class="a"')}</defs>${use('r').repeat(1000)}`;
    const pixels = await loadImage(Buffer.from(`${open}${fine}</svg>`), rules);
    assert.ok(pixels.every((value) => value === 1));
  });
});

describe('a picture that would take much memory', () => {
  it('is refused by its header: interlaced PNG, progressive JPEG, many frames, bitmaps, large files', async () => {
    const one = await sharp({ create: { width: 1, height: 1, channels: 4, background: '#fff' } })
      .png()
      .toBuffer();
    const png = Buffer.from(one);
    png.writeUInt32BE(11_585, 16);
    png.writeUInt32BE(11_585, 20);
    png.set([16, 6, 0, 0, 1], 24);
    png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
    await refuses(
      png,
      /would take 1024 MiB to decode, as a png of its kind is held whole, but at most 256 MiB/,
    );
    const jpeg = await sharp({ create: { width: 64, height: 64, channels: 3, background: '#fff' } })
      .jpeg({ progressive: true })
      .toBuffer();
    const size = jpeg.indexOf(Buffer.from([0xff, 0xc2])) + 5;
    jpeg.writeUInt16BE(10_000, size);
    jpeg.writeUInt16BE(13_000, size + 2);
    await refuses(jpeg, /would take 372 MiB to decode, as a jpeg/);
    await refuses(Buffer.from('P6 12000 11000 255\n'), /would take 504 MiB to decode, as a PPM/);
    await refuses(Buffer.from('P6 1000000 1000000 255\n'), /is 1000000 x 1000000 pixels but at most/);
    const large = join(folder, 'large.png');
    await writeFile(large, one);
    const file = await open(large, 'r+');
    await file.truncate(3 * 2 ** 30);
    await file.close();
    await refuses(large, /has 3221225472 bytes but at most 1073741824 of a picture are read/);
  });

  it('may have 100,000 frames and no more', async () => {
    const moving = (frames: number) => {
      const screen = Buffer.from([...Buffer.from('GIF89a'), 4, 0, 4, 0, 0x80, 0, 0, 255, 0, 0, 0, 0, 255]);
      const frame = Buffer.from([
        0x21, 0xf9, 4, 0, 1, 0, 0, 0, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0,
      ]);
      return Buffer.concat([screen, ...Array.from({ length: frames }, () => frame), Buffer.from([0x3b])]);
    };
    await loadImage(moving(100_000), rules);
    await refuses(moving(100_001), /has 100001 frames but at most 100000 are read/);
  });

  it('is never needed by mutated files: each is read or refused, in a process of little memory', async () => {
    const seeds = [
      'dog.jpg',
      'cat.png',
      'apple.webp',
      'sailing.gif',
      'bitmaps/8-bits.bmp',
      'bitmaps/raw.ppm',
    ];
    const { said, mebibytes, stderr } = await readApart('--mutated', '150', ...seeds.map(picture));
    assert.equal(said.length, 6 * 150);
    for (const words of said) assert.match(words, /^read$|^'?[^\n]+[^.]\.$/);
    assert.equal(stderr, '');
    assert.ok(mebibytes < 400, `${mebibytes} MiB`);
  });
});
