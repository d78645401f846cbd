import { MAX_SVG_ELEMENTS, MAX_SVG_LEVELS } from '../limits.ts';

/** An element, as far as it decides how much is drawn. */
interface Element {
  readonly children: Element[];
  /** Ids of what is drawn once for this element (`use`), and for each element within it (patterns, masks, markers). */
  readonly copied: string[];
  readonly painted: string[];
  /** What its own attributes cost, in elements. */
  readonly own: number;
  readonly vertices: number;
  /** Colour gradients are made once, however many elements they fill. */
  readonly gradient: boolean;
  /** Whether it is drawn where others refer to it alone. */
  readonly definition: boolean;
}

/** What an SVG asks for is more than is drawn; the message says it in a few words. */
export class TooMuchToDraw extends Error {}

/** An element by what style sheets choose it by. */
interface Named {
  readonly name: string;
  readonly id: string | undefined;
  readonly classes: readonly string[];
  readonly element: Element;
}

/** Characters of a path or another attribute that take as long as an element. */
const CHARACTERS = 100;

/** A picture within the drawing is decoded and resampled. */
const PICTURE = 100;

/** Elements that are compared with the selectors of style sheets. */
const MOST_CHOICES = 2_000_000;

const DEFINITION = /^(?:\w+:)?(?:defs|symbol|pattern|mask|marker|clipPath|filter)$/;
const GRADIENT = /^(?:\w+:)?(?:linear|radial)Gradient$/;

/**
 * Counts what a drawing draws, with the copies that references make: a few lines of `use` that refer to each other
 * stand for any number. Every reference counts, those that draw nothing too.
 */
export class SvgElements {
  readonly #root = element();
  readonly #open = [this.#root];
  readonly #byId = new Map<string, Element>();
  readonly #all: Named[] = [];
  /** Addresses of the pictures that it holds itself. */
  readonly pictures = new Set<string>();
  #inSheet = false;
  #sheets = '';

  /** @throws Error in a few words */
  readonly open = (name: string, attributes: Readonly<Record<string, string>>): void => {
    if (this.#all.length === MAX_SVG_ELEMENTS) throw tooMany();
    if (this.#open.length > MAX_SVG_LEVELS)
      throw new TooMuchToDraw(`it has more than ${MAX_SVG_LEVELS} levels of elements`);
    const made = elementOf(name, attributes);
    (this.#open.at(-1) ?? this.#root).children.push(made);
    this.#open.push(made);
    for (const [attribute, value] of Object.entries(attributes)) {
      if (/(?:^|:)href$/.test(attribute) && /^\s*data:/i.test(value)) this.pictures.add(value.trim());
    }
    const { id, class: names = '' } = attributes;
    // Of an id that is given twice the first counts.
    if (id !== undefined && !this.#byId.has(id)) this.#byId.set(id, made);
    this.#all.push({ name: name.replace(/^.*:/, ''), id, classes: names.trim().split(/\s+/), element: made });
    this.#inSheet = name === 'style' || name.endsWith(':style');
  };

  /** Text of the element that is open. */
  readonly text = (text: string): void => {
    if (this.#inSheet) this.#sheets += text;
  };

  readonly close = (): void => {
    if (this.#open.length > 1) this.#open.pop();
    this.#inSheet = false;
  };

  /**
   * When all is read.
   *
   * @throws Error in a few words for more than is drawn
   */
  check(): void {
    const rules = this.#sheets.split('}').flatMap((rule) => {
      const [declarations = '', selectors = ''] = rule.split('{').reverse();
      const ids = idsIn(declarations);
      return ids.length === 0 ? [] : [{ ids, chosen: selectors.split(',').map(choice) }];
    });
    const choices = rules.reduce((sum, { ids, chosen }) => sum + ids.length * chosen.length, 0);
    if (choices * this.#all.length > MOST_CHOICES) throw tooMany();
    for (const { ids, chosen } of rules) {
      for (const named of this.#all) {
        if (chosen.some((chooses) => chooses(named))) named.element.painted.push(...ids);
      }
    }
    const cost = costOf(this.#root, this.#byId);
    if (cost === Number.POSITIVE_INFINITY) {
      throw new TooMuchToDraw(`an element repeats itself, or through more than ${MAX_SVG_LEVELS} others`);
    }
    if (cost > MAX_SVG_ELEMENTS) throw tooMany();
  }
}

function tooMany(): TooMuchToDraw {
  return new TooMuchToDraw(
    `it draws more than ${MAX_SVG_ELEMENTS} elements, those that others repeat and ${CHARACTERS} characters of a path counted as one each time`,
  );
}

function element(): Element {
  return { children: [], copied: [], painted: [], own: 1, vertices: 0, gradient: false, definition: false };
}

function elementOf(name: string, attributes: Readonly<Record<string, string>>): Element {
  const made = element();
  let length = 0;
  for (const [attribute, value] of Object.entries(attributes)) {
    const link = attribute === 'href' || attribute.endsWith(':href');
    if (link && value.startsWith('#')) made.copied.push(value.slice(1));
    made.painted.push(...idsIn(value));
    if (!link) length += value.length;
  }
  const { d, points } = attributes;
  const picture = /^(?:\w+:)?(?:image|feImage)$/.test(name) ? PICTURE : 0;
  return {
    ...made,
    own: 1 + picture + length / CHARACTERS,
    gradient: GRADIENT.test(name),
    definition: DEFINITION.test(name),
    vertices: (d ?? points ?? '').match(/[\d.]+|z/gi)?.length ?? 0,
  };
}

/** Ids of `url(#id)`. */
function idsIn(text: string): string[] {
  const plain = text.replace(/\\([0-9a-f]{1,6})\s?/gi, (_, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
  return [...plain.matchAll(/url\(\s{0,9}["']?#([^"')\s]{1,200})["']?\s{0,9}\)/gi)].map(([, id = '']) => id);
}

/** Which elements a selector may choose: by its last part, without conditions on attributes and states. */
function choice(selector: string): (named: Named) => boolean {
  const last =
    selector
      .trim()
      .split(/[\s>+~]+/)
      .at(-1) ?? '';
  const [type] = /^[\w-]+/.exec(last) ?? [];
  const [, id] = /#([\w-]+)/.exec(last) ?? [];
  const classes = [...last.matchAll(/\.([\w-]+)/g)].map(([, name = '']) => name);
  return (named) =>
    (type === undefined || type === named.name) &&
    (id === undefined || id === named.id) &&
    classes.every((name) => named.classes.includes(name));
}

/** In elements; infinite for one that contains itself. */
function costOf(root: Element, byId: ReadonlyMap<string, Element>): number {
  const costs = new Map<Element, number>();
  const cost = (one: Element, depth: number): number => {
    const known = costs.get(one);
    if (known !== undefined) return known;
    if (one.gradient) return 0;
    if (depth > MAX_SVG_LEVELS) return Number.POSITIVE_INFINITY;
    costs.set(one, Number.POSITIVE_INFINITY);
    const sum = (parts: readonly (Element | undefined)[]): number =>
      parts.reduce((total, part) => total + (part === undefined ? 0 : cost(part, depth + 1)), 0);
    const drawn =
      one.own +
      sum(one.children.filter(({ definition }) => !definition)) +
      sum(one.copied.map((id) => byId.get(id)));
    // Of markers there is one at each vertex.
    const painted = sum(one.painted.map((id) => byId.get(id)));
    const total = painted === 0 ? drawn : drawn + painted * Math.max(drawn, one.vertices);
    costs.set(one, total);
    return total;
  };
  return cost(root, 0);
}
