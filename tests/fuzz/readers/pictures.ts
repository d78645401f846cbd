import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import type { ImagePreprocessing } from '../../../artifact/manifest.ts';
import { loadImage } from '../../../runtime/images/load-image.ts';
import { loadFrames } from '../../../runtime/video.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateText } from '../mutate-text.ts';

const FOLDER = 'tests/images';
const PREPROCESSING: ImagePreprocessing = {
  size: 28,
  resize: 'shortest-edge',
  interpolation: 'bicubic',
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  maxFrames: 4,
};

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="20" viewBox="0 0 10 20"><rect width="5" height="5" fill="red"/><text>a</text></svg>';
const WORDS = [
  ...'width height 1e9 99999999 -1 0 <g> </g> <image xlink:href="a.png"/> <use href="#a"/> &#0; % 1e308 NaN'.split(
    ' ',
  ),
  ...['<pattern id="a"><use href="#a"/></pattern>', '<!DOCTYPE a [<!ENTITY b "cc">]>', '<filter id="f"/>'],
];

/** Pictures and moving pictures, from their bytes to pixels. */
export const reader: FuzzReader = {
  name: 'pictures',
  async prepare() {
    sharp.concurrency(1);
    const originals = readdirSync(FOLDER)
      .filter((name) => /\.(jpe?g|png|webp|gif)$/.test(name))
      .map((name) => readFileSync(join(FOLDER, name)));
    // Small pictures take little time, and a change meets their headers more often.
    const small = await Promise.all(
      originals.flatMap((bytes) => {
        const picture = () => sharp(bytes).resize(12, 9, { fit: 'fill' });
        return [
          picture().jpeg().toBuffer(),
          picture().jpeg({ progressive: true }).toBuffer(),
          picture().png().toBuffer(),
          picture().png({ progressive: true, palette: true }).toBuffer(),
          picture().webp().toBuffer(),
          picture().gif().toBuffer(),
          picture().tiff().toBuffer(),
        ];
      }),
    );
    const moving = await sharp(
      originals.find((bytes) => bytes.subarray(0, 3).toString() === 'GIF'),
      { pages: -1 },
    )
      .resize(8, 8)
      .gif()
      .toBuffer();
    const seeds = [...small, moving];
    return {
      seeds,
      make: (random) =>
        random.once(6) ? Buffer.from(mutateText(random, [SVG], WORDS)) : mutateBytes(random, seeds),
      async read(file) {
        await loadImage(file, PREPROCESSING);
        await loadFrames(file, PREPROCESSING);
      },
    };
  },
};
