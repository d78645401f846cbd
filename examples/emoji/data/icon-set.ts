import type { IconifyIcon, IconifyJSON } from '@iconify/types';
import { z } from 'zod';
import { type Drawing, redraw } from './drawing.ts';
import { importPackage, readPackageFile } from './packages.ts';
import type { Style } from './styles.ts';
import type { Emoji } from './vocabulary.ts';

/** One artist's drawings. */
export interface IconSet {
  readonly style: Style;
  /** Whether the artist has drawn the emoji. */
  has(emoji: NamedEmoji): boolean;
  /**
   * The emoji as an SVG document; undefined where the artist has not drawn it.
   *
   * @param pixels height and width that it asks to be drawn at
   */
  svg(emoji: NamedEmoji, pixels: number, drawing?: Drawing): string | undefined;
}

/** What an emoji is found by. */
export type NamedEmoji = Pick<Emoji, 'hexcode' | 'label'>;

const iconsSchema = z.custom<IconifyJSON>(
  (value) => typeof value === 'object' && value !== null && 'prefix' in value && 'icons' in value,
);
const charsSchema = z.record(z.string(), z.string());

/** @throws UserError where the style's package is not installed */
export async function loadIconSet(style: Style): Promise<IconSet> {
  const { getIconData, iconToSVG } = await importPackage('@iconify/utils', () => import('@iconify/utils'));
  const icons = iconsSchema.parse(await readPackageFile(`@iconify-json/${style}/icons.json`));
  const chars = charsSchema.parse(await readPackageFile(`@iconify-json/${style}/chars.json`));
  const found = new Map<string, IconifyIcon | null>();
  const find = (emoji: NamedEmoji): IconifyIcon | null => {
    const known = found.get(emoji.hexcode);
    if (known !== undefined) return known;
    const icon = namesOf(emoji, chars).reduce<IconifyIcon | null>(
      (earlier, name) => earlier ?? getIconData(icons, name),
      null,
    );
    found.set(emoji.hexcode, icon);
    return icon;
  };
  return {
    style,
    has: (emoji) => find(emoji) !== null,
    svg(emoji, pixels, drawing = 'plain') {
      const icon = find(emoji);
      if (icon === null) return undefined;
      const { attributes, body } = iconToSVG({ ...icon, body: redraw(icon.body, drawing, icon.width ?? 16) });
      return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${attributes.viewBox}" width="${pixels}" height="${pixels}">${body}</svg>`;
    },
  };
}

/**
 * What the set may call an emoji: by its code points, with and without the mark of a colour picture (FE0F), else by
 * its label, as in the sets without a table of code points: emojione's `red-apple`, fxemoji's `redapple`, and
 * streamline-emojis' `red-apple-1` where it has drawn two.
 */
function namesOf({ hexcode, label }: NamedEmoji, chars: Record<string, string>): string[] {
  const points = hexcode.toLowerCase();
  const keys = [points, points.replaceAll('-fe0f', ''), `${points}-fe0f`];
  const name = slug(label);
  return [...keys.flatMap((key) => chars[key] ?? []), name, name.replaceAll('-', ''), `${name}-1`];
}

/** `person: blond hair` to `person-blond-hair`. */
function slug(label: string): string {
  return label
    .toLowerCase()
    .normalize('NFD')
    .replaceAll('*', 'asterisk')
    .replaceAll('#', 'hash')
    .replace(/\p{Mark}|[’'!()“”.]/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
