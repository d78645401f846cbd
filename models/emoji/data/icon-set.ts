import type { IconifyJSON } from '@iconify/types';
import { z } from 'zod';
import { type Drawing, redraw } from './drawing.ts';
import { importPackage, readPackageFile } from './packages.ts';
import type { Style } from './styles.ts';
import type { Emoji } from './vocabulary.ts';

/** One artist's drawings. */
export interface IconSet {
  readonly style: Style;
  /** The emoji as an SVG document; undefined where the artist has not drawn it. */
  svg(emoji: Pick<Emoji, 'hexcode' | 'label'>, drawing?: Drawing): string | undefined;
}

const iconsSchema = z.custom<IconifyJSON>(
  (value) => typeof value === 'object' && value !== null && 'prefix' in value && 'icons' in value,
);
const charsSchema = z.record(z.string(), z.string());

/** @throws UserError where the style's package is not installed */
export async function loadIconSet(style: Style): Promise<IconSet> {
  const { getIconData, iconToSVG } = await importPackage('@iconify/utils', () => import('@iconify/utils'));
  const icons = iconsSchema.parse(await readPackageFile(`@iconify-json/${style}/icons.json`));
  const chars = charsSchema.parse(await readPackageFile(`@iconify-json/${style}/chars.json`));
  return {
    style,
    svg(emoji, drawing = 'plain') {
      const icon = namesOf(emoji, chars)
        .map((name) => getIconData(icons, name))
        .find((found) => found !== null);
      if (icon === undefined || icon === null) return undefined;
      const { width = 16 } = icon;
      const { attributes, body } = iconToSVG({ ...icon, body: redraw(icon.body, drawing, width) });
      return `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${attributes.viewBox}" width="${icon.width ?? 16}" height="${icon.height ?? 16}">${body}</svg>`;
    },
  };
}

/**
 * What the set may call an emoji: by its code points, with and without the mark of a colour picture (FE0F), else by
 * its label, as in emojione, which has no table of code points.
 */
function namesOf(
  { hexcode, label }: Pick<Emoji, 'hexcode' | 'label'>,
  chars: Record<string, string>,
): string[] {
  const points = hexcode.toLowerCase();
  const keys = [points, points.replaceAll('-fe0f', ''), `${points}-fe0f`];
  return [...keys.flatMap((key) => chars[key] ?? []), slug(label)];
}

/** `person: blond hair` to `person-blond-hair`. */
function slug(label: string): string {
  return label
    .toLowerCase()
    .normalize('NFD')
    .replace(/\p{Mark}|[’'!()“”#*.]/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
