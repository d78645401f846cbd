import { gunzipSync } from 'node:zlib';
import { SaxesParser } from 'saxes';
import { MAX_SVG_BYTES } from '../limits.ts';
import { SvgElements, TooMuchToDraw } from './svg-elements.ts';

/** An SVG that says how large it is, in the bytes that librsvg gets. */
export interface SafeSvg {
  /** Without a path librsvg has nothing to resolve a reference against: it draws data: addresses and no file. */
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** The `data:` addresses of pictures within it. */
  readonly pictures: ReadonlySet<string>;
}

/** What browsers draw of an SVG that says nothing of its size. */
const DEFAULT_SIZE = { width: 300, height: 150 };

/** Pixels of a unit at 72 dots an inch, which is sharp's default; `em` of the default font. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  px: 1,
  pt: 1,
  pc: 12,
  in: 72,
  cm: 72 / 2.54,
  mm: 72 / 25.4,
  em: 12,
  ex: 6,
};

const GZIP = [0x1f, 0x8b];

/** Whether a file may be an SVG: text that begins with a tag, or compressed. */
export function mayBeSvg(start: Uint8Array): boolean {
  if (start[0] === GZIP[0] && start[1] === GZIP[1]) return true;
  return textOf(start).trimStart().startsWith('<');
}

/**
 * Reads an SVG's size and writes it where nothing in the file can change it, a style sheet neither: librsvg would
 * otherwise work it out in numbers that overflow.
 *
 * @returns undefined for a file that is no SVG
 * @throws Error that says in a few words what is wrong
 */
export function readSvg(file: Uint8Array): SafeSvg | undefined {
  const text = textOf(inflated(file));
  const root = findRoot(text);
  if (root === undefined) return undefined;
  const { width, height } = sizeOf(root.attributes);
  const kept = root.tag.replace(/\s(width|height|style)\s*=\s*("[^"]*"|'[^']*')/g, '');
  const style = `${(root.attributes.style ?? '').trimEnd().replace(/;$/, '')};`.replace(/[<&"]/g, '');
  const fixed = `${style === ';' ? '' : style}width:${width}px!important;height:${height}px!important`;
  const closing = kept.endsWith('/>') ? '/>' : '>';
  const start = kept.slice(0, -closing.length).trimEnd();
  const tag = `${start} width="${width}" height="${height}" style="${fixed}"${closing}`;
  // The declaration names an encoding that this is no longer in.
  const safe = `${root.doctype}${tag}${text.slice(root.end)}`;
  return { bytes: Buffer.from(safe), width, height, pictures: root.pictures };
}

interface Root {
  readonly doctype: string;
  /** From `<` to `>`, as it is written. */
  readonly tag: string;
  /** Where the tag ends. */
  readonly end: number;
  readonly attributes: Readonly<Record<string, string>>;
  readonly pictures: ReadonlySet<string>;
}

/** Whether an entity's value, as a declaration goes on after `<!ENTITY`, may be more than text. */
function holdsElements(declaration: string): boolean {
  const [value = ''] = /^[^"'>]*(?:"[^"]*"|'[^']*')/.exec(declaration) ?? [];
  return value.includes('<') || value.includes('&#');
}

class NoSvg extends Error {}

/**
 * The outermost tag; undefined where that is not `svg`.
 *
 * @throws Error for more elements than are drawn
 */
function findRoot(text: string): Root | undefined {
  const parser = new SaxesParser();
  const elements = new SvgElements();
  let doctype = '';
  let root: Root | undefined;
  parser.on('error', (error) => {
    // Later mistakes are told by what draws it.
    if (root === undefined) throw new NoSvg(error.message);
  });
  parser.on('doctype', (declaration) => {
    doctype = `<!DOCTYPE${declaration}>`;
    // Drawing programs write their addresses as entities. External ones are not read, here nor by librsvg.
    for (const [, name = '', value = ''] of declaration.matchAll(
      /<!ENTITY\s+(\S+)\s+["']([^"'&%]*)["']\s*>/g,
    )) {
      parser.ENTITIES[name] = value;
    }
    if (declaration.split('<!ENTITY').slice(1).some(holdsElements)) {
      throw new TooMuchToDraw('its entities hold elements');
    }
  });
  parser.on('opentag', ({ name, attributes }) => {
    elements.open(name, attributes);
    if (root !== undefined) return;
    if (name !== 'svg' && !name.endsWith(':svg')) throw new NoSvg();
    const end = parser.position;
    // A value has no '<'.
    const tag = text.slice(text.lastIndexOf('<', end - 1), end);
    root = { doctype, tag, end, attributes, pictures: elements.pictures };
  });
  parser.on('text', elements.text);
  parser.on('cdata', elements.text);
  parser.on('closetag', elements.close);
  try {
    parser.write(text).close();
  } catch (error) {
    if (error instanceof NoSvg) return undefined;
    throw error;
  }
  elements.check();
  return root;
}

/** As browsers have it: width and height, else the view box and its proportions, else 300 x 150. */
function sizeOf(attributes: Readonly<Record<string, string>>): { width: number; height: number } {
  const style = attributes.style ?? '';
  const inStyle = (side: string): string | undefined =>
    new RegExp(`(?:^|[;\\s])${side}\\s*:\\s*([^;!]+)`).exec(style)?.[1];
  const box = (attributes.viewBox ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const [boxWidth = 0, boxHeight = 0] = box.length === 4 && box.every(Number.isFinite) ? box.slice(2) : [];
  const boxed = boxWidth > 0 && boxHeight > 0;
  const width = lengthOf(inStyle('width') ?? attributes.width);
  const height = lengthOf(inStyle('height') ?? attributes.height);
  const proportion = boxed ? boxWidth / boxHeight : undefined;
  const found = {
    width: width ?? (proportion !== undefined && height !== undefined ? height * proportion : undefined),
    height: height ?? (proportion !== undefined && width !== undefined ? width / proportion : undefined),
  };
  const natural = boxed ? { width: boxWidth, height: boxHeight } : DEFAULT_SIZE;
  return {
    width: wholePixels(found.width ?? natural.width),
    height: wholePixels(found.height ?? natural.height),
  };
}

function wholePixels(length: number): number {
  return Math.max(1, Math.round(length));
}

/** Characters of a size: longer ones are none, and would take long to match. */
const LONGEST_LENGTH = 100;

/** In pixels; undefined where it depends on something else, or is no length. */
function lengthOf(text: string | undefined): number | undefined {
  if (text === undefined || text.length > LONGEST_LENGTH) return undefined;
  const [, number, unit = ''] = /^\s*\+?(\d*\.?\d+(?:e[+-]?\d+)?)\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const scale = UNITS[unit.toLowerCase()];
  if (number === undefined || scale === undefined) return undefined;
  const length = Number(number) * scale;
  return length > 0 ? length : undefined;
}

function inflated(file: Uint8Array): Uint8Array {
  if (file[0] !== GZIP[0] || file[1] !== GZIP[1]) {
    if (file.length > MAX_SVG_BYTES) throw new TooMuchToDraw(`it has more than ${MAX_SVG_BYTES} bytes`);
    return file;
  }
  return gunzipSync(file, { maxOutputLength: MAX_SVG_BYTES });
}

/** Text by its byte-order mark, else by its XML declaration, else UTF-8. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const start = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const [, declared = 'utf-8'] = /^\s*<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']/.exec(start) ?? [];
  try {
    return new TextDecoder(declared).decode(bytes);
  } catch {
    throw new Error(`the encoding '${declared}' is not known`);
  }
}
