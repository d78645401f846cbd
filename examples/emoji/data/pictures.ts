import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { DRAWINGS, type Drawing } from './drawing.ts';
import { type IconSet, loadIconSet, type NamedEmoji } from './icon-set.ts';
import { packageVersion } from './packages.ts';
import type { Style } from './styles.ts';
import type { Emoji } from './vocabulary.ts';

/** Changes when the same packages and options would give other pixels than before. */
export const PICTURES_VERSION = 3;

/** One style's pictures of a list of emoji in one drawing. */
export interface Pictures {
  readonly style: Style;
  readonly drawing: Drawing;
  /** Pixels a side. */
  readonly size: number;
  /** The pixels of the emoji at a place of the list, [size, size, 3] red, green, blue from 0 to 255 on white; undefined where the style lacks it. */
  pixels(place: number): Uint8Array | undefined;
}

export interface PicturesOptions {
  readonly size: number;
  readonly drawing?: Drawing;
  /** Where pictures are kept; default `artifacts/emoji-pictures`. */
  readonly cache?: string;
  /** The style's shapes, asked for where pictures are not in the cache. Default: read from its package. */
  readonly icons?: () => Promise<IconSet>;
}

/**
 * Renders one style's pictures of the emoji, or reads them from the cache on disk.
 *
 * @throws UserError where the style's package is not installed
 */
export async function loadPictures(
  style: Style,
  emoji: readonly Emoji[],
  {
    size,
    drawing = 'plain',
    cache = 'artifacts/emoji-pictures',
    icons = () => loadIconSet(style),
  }: PicturesOptions,
): Promise<Pictures> {
  const bytes = size * size * 3;
  const key = createHash('sha256')
    .update(
      JSON.stringify([
        PICTURES_VERSION,
        await packageVersion(`@iconify-json/${style}`),
        sharp.versions.sharp,
      ]),
    )
    .update(emoji.map(({ hexcode }) => hexcode).join())
    .digest('hex')
    .slice(0, 16);
  const path = join(cache, `${style}-${drawing}-${size}-${key}.rgb`);
  // One byte a picture, 1 where there is one, then all pixels.
  const length = emoji.length * (1 + bytes);
  const kept = await readFile(path).then(
    (bytes) => new Uint8Array(bytes),
    () => undefined,
  );
  const data = kept?.length === length ? kept : await render(await icons(), emoji, size, drawing);
  if (data !== kept) {
    await mkdir(cache, { recursive: true });
    await writeFile(`${path}.${process.pid}`, data);
    await rename(`${path}.${process.pid}`, path);
  }
  return {
    style,
    drawing,
    size,
    pixels(place) {
      if (data[place] !== 1) return undefined;
      const start = emoji.length + place * bytes;
      return data.subarray(start, start + bytes);
    },
  };
}

async function render(
  icons: IconSet,
  emoji: readonly Emoji[],
  size: number,
  drawing: Drawing,
): Promise<Uint8Array> {
  const bytes = size * size * 3;
  const data = new Uint8Array(emoji.length * (1 + bytes));
  const limit = pLimit(4);
  await Promise.all(
    emoji.map((each, place) =>
      limit(async () => {
        const pixels = await renderPicture(icons, each, size, drawing);
        if (pixels === undefined) return;
        data[place] = 1;
        data.set(pixels, emoji.length + place * bytes);
      }),
    ),
  );
  return data;
}

/** Draws an emoji on white. @returns [size, size, 3]; undefined where the artist has not drawn it */
export async function renderPicture(
  icons: IconSet,
  emoji: NamedEmoji,
  size: number,
  drawing?: Drawing,
): Promise<Uint8Array | undefined> {
  // Drawn at twice the size and shrunk: thin lines keep their weight.
  const svg = icons.svg(emoji, 2 * size, drawing);
  if (svg === undefined) return undefined;
  return sharp(Buffer.from(svg))
    .resize(size, size)
    .flatten({ background: '#fff' })
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer();
}

/**
 * Every drawing of every style.
 *
 * @param onProgress told how many of the drawings of all styles are there, and of how many
 */
export async function loadAllPictures<Name extends Style>(
  styles: readonly Name[],
  emoji: readonly Emoji[],
  {
    drawings = DRAWINGS,
    onProgress,
    ...options
  }: Omit<PicturesOptions, 'drawing' | 'icons'> & {
    readonly drawings?: readonly Drawing[];
    readonly onProgress?: ((done: number, total: number) => void) | undefined;
  },
): Promise<ReadonlyMap<Name, ReadonlyMap<Drawing, Pictures>>> {
  const all = new Map<Name, ReadonlyMap<Drawing, Pictures>>();
  for (const [index, style] of styles.entries()) {
    const own = new Map<Drawing, Pictures>();
    let read: Promise<IconSet> | undefined;
    const icons = () => {
      read ??= loadIconSet(style);
      return read;
    };
    for (const drawing of drawings) {
      onProgress?.(index * drawings.length + own.size, styles.length * drawings.length);
      own.set(drawing, await loadPictures(style, emoji, { ...options, drawing, icons }));
    }
    all.set(style, own);
  }
  return all;
}
