import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import sharp from 'sharp';

/*
 * Draws the pictures of this folder from Noto Emoji:
 *   npm i --no-save @iconify-json/noto@1.2.9 && npx tsx tests/images/generate.ts
 */

const { icons } = JSON.parse(
  await readFile(createRequire(import.meta.url).resolve('@iconify-json/noto/icons.json'), 'utf8'),
) as { icons: Record<string, { body: string }> };

const SIZE = 128;

type Placing = { width?: number; height?: number; icon?: number; left?: number; tilt?: number };

/** A picture of `name` on a plain background: an SVG of `width` x `height` pixels, `icon` pixels of it the drawing. */
function draw(
  name: string,
  background: string,
  { width = SIZE, height = SIZE, icon = 104, left, tilt = 0 }: Placing = {},
): Buffer {
  const drawing = icons[name];
  if (drawing === undefined) throw new Error(`Noto Emoji has no '${name}'.`);
  return Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
      <rect width="100%" height="100%" fill="${background}"/>
      <g transform="rotate(${tilt} ${width / 2} ${height / 2}) translate(${left ?? (width - icon) / 2} ${(height - icon) / 2}) scale(${icon / 128})">${drawing.body}</g>
    </svg>`,
  );
}

const file = (name: string) => new URL(name, import.meta.url).pathname;
const opaque = (name: string, background: string, options: Placing = {}) =>
  sharp(draw(name, background, options)).removeAlpha();

await opaque('cat', '#d7e3ea').png({ compressionLevel: 9 }).toFile(file('cat.png'));
await opaque('dog', '#e8dcc6', { width: 160, icon: 112 }).jpeg({ quality: 90 }).toFile(file('dog.jpg'));
await opaque('red-apple', '#f3efe2').webp({ quality: 90 }).toFile(file('apple.webp'));
await opaque('bicycle', '#cfe0c3', { width: 192, icon: 120 })
  .png({ compressionLevel: 9 })
  .toFile(file('bicycle.png'));
await opaque('tulip', '#dff0f7', { height: 176, icon: 120 }).jpeg({ quality: 90 }).toFile(file('tulip.jpg'));
await opaque('teapot', '#efe3ef')
  .toColourspace('b-w')
  .png({ compressionLevel: 9 })
  .toFile(file('teapot-grey.png'));
// Lying on its side in the file; EXIF orientation 6 says to turn it a quarter to the right.
await opaque('guitar', '#f2e2c8', { height: 160, icon: 120 })
  .rotate(270)
  .jpeg({ quality: 90 })
  .withMetadata({ orientation: 6 })
  .toFile(file('guitar-rotated.jpg'));
// Transparent around the drawing.
await sharp(draw('giraffe', 'none')).png({ compressionLevel: 9 }).toFile(file('giraffe-alpha.png'));
await opaque('sailboat', '#bfe1f6')
  .toColourspace('cmyk')
  .jpeg({ quality: 90 })
  .toFile(file('sailboat-cmyk.jpg'));

/** A large picture of many things, as a camera would give. */
const things = ['sailboat', 'giraffe', 'bicycle', 'tulip', 'guitar', 'dog', 'cat', 'red-apple', 'teapot'];
const scene = things.map((name, index) => ({
  input: draw(name, 'none', { width: 420, height: 420, icon: 300 + 20 * (index % 5), tilt: 9 * index }),
  left: 110 + 480 * (index % 3),
  top: -10 + 390 * Math.floor(index / 3),
}));
await sharp(
  Buffer.from(
    `<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1200"><defs><pattern id="p" width="14" height="14" patternUnits="userSpaceOnUse" patternTransform="rotate(30)"><rect width="14" height="14" fill="#c9dfc0"/><rect width="5" height="14" fill="#a9c79b"/></pattern></defs><rect width="100%" height="100%" fill="url(#p)"/></svg>`,
  ),
)
  .composite(scene)
  .removeAlpha()
  .jpeg({ quality: 75 })
  .toFile(file('scene.jpg'));

/** The sailboat crosses the picture, rocking, in `count` frames. */
const frames = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, frame) =>
      opaque('sailboat', '#bfe1f6', {
        icon: 56,
        left: -8 + (frame * 88) / (count - 1),
        tilt: frame % 2 === 0 ? 6 : -6,
      })
        .png()
        .toBuffer(),
    ),
  );
const boat = await frames(12);
await sharp(boat, { join: { animated: true } })
  .gif({ delay: boat.map(() => 80), colours: 64 })
  .toFile(file('sailing.gif'));
await sharp(boat.slice(0, 5), { join: { animated: true } })
  .webp({ delay: [80, 80, 80, 80, 80], quality: 80 })
  .toFile(file('sailing.webp'));
await mkdir(file('sailing'), { recursive: true });
// Frame 10 after frame 9: the order that a person expects and plain sorting does not give.
for (const [index, png] of (await frames(11)).entries()) {
  await writeFile(file(`sailing/frame-${index + 1}.png`), await sharp(png).png({ palette: true }).toBuffer());
}
