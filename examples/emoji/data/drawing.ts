/**
 * How a picture is drawn anew from its shapes, so that training sees the same thing in more hands than there are
 * artists: as it is; flat colours with dark outlines; thicker outlines; or outlines alone on white.
 */
export const DRAWINGS = ['plain', 'outlined', 'bold', 'lines'] as const;
export type Drawing = (typeof DRAWINGS)[number];

/** Widths of outlines in parts of the picture's. */
const OUTLINE: Record<Exclude<Drawing, 'plain'>, number> = { outlined: 0.025, bold: 0.04, lines: 0.028 };

/**
 * Redraws the body of an SVG.
 *
 * @param width of the picture in the units of its shapes
 */
export function redraw(body: string, drawing: Drawing, width: number): string {
  if (drawing === 'plain') return body;
  // Some shapes turn off the stroke that they would inherit.
  const flat = flatten(body).replaceAll(/ stroke(-width="0"|="none")/g, '');
  const shapes = drawing === 'lines' ? whiten(flat) : flat;
  const stroke = `stroke="#111" stroke-width="${OUTLINE[drawing] * width}"`;
  return `<g ${stroke} stroke-linejoin="round" stroke-linecap="round">${shapes}</g>`;
}

/** A gradient gives way to its middle colour. */
function flatten(body: string): string {
  return body.replaceAll(/fill="url\(#([^)]+)\)"/g, (_, id: string) => `fill="${middleColour(body, id)}"`);
}

function middleColour(body: string, id: string): string {
  const start = body.indexOf(`id="${id}"`);
  const end = body.slice(start).search(/<\/(linear|radial)Gradient>/);
  if (start < 0 || end < 0) return '#888';
  const stops = [...body.slice(start, start + end).matchAll(/stop-color="([^"]+)"/g)];
  return stops[Math.floor(stops.length / 2)]?.[1] ?? '#888';
}

/** Light and middling fills become white; dark ones stay, as a pen would fill them: eyes, hair, type. */
function whiten(body: string): string {
  return body.replaceAll(/fill="(#[0-9a-fA-F]{3,6})"/g, (fill, colour: string) =>
    brightness(colour) < 0.3 ? fill : 'fill="#fff"',
  );
}

/** From 0 to 1, of `#rgb` or `#rrggbb`. */
function brightness(colour: string): number {
  const digits =
    colour.length === 4 ? [...colour.slice(1)].map((digit) => digit + digit).join('') : colour.slice(1);
  const value = Number.parseInt(digits, 16);
  return (0.299 * (value >> 16) + 0.587 * ((value >> 8) & 255) + 0.114 * (value & 255)) / 255;
}
