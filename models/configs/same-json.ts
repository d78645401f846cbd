/** How deep two values are compared, and how deep and long one is shown: a config's own go three levels down. */
const DEPTH = 8;
const LENGTH = 120;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Whether two values of JSON are the same; what lies deeper than {@link DEPTH} levels is not. */
export function sameJson(a: unknown, b: unknown, depth = DEPTH): boolean {
  if (a === b) return true;
  if (depth === 0) return false;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index], depth - 1));
  }
  if (!isRecord(a) || !isRecord(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key], depth - 1))
  );
}

/** A value of JSON for a sentence: in one line, cut where it is deep or long, so that no file makes a sentence of megabytes. */
export function shownJson(value: unknown): string {
  const text = JSON.stringify(cut(value, DEPTH)) ?? 'undefined';
  return text.length > LENGTH ? `${text.slice(0, LENGTH)}…` : text;
}

function cut(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, LENGTH);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '…';
  // More items than characters are never shown.
  if (Array.isArray(value)) return value.slice(0, LENGTH).map((item) => cut(item, depth - 1));
  const entries = Object.entries(value).slice(0, LENGTH);
  return Object.fromEntries(entries.map(([key, item]) => [key.slice(0, LENGTH), cut(item, depth - 1)]));
}
