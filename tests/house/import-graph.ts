import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One import of one file by another, from the project's root. */
export interface Import {
  readonly from: string;
  readonly to: string;
  /** Of types alone: nothing of it is left when the program runs. */
  readonly typesOnly: boolean;
  /** Loaded when that line is reached, not before the importing file runs. */
  readonly isLazy: boolean;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const STATEMENT =
  /^(?:import|export)\s+(type\s)?([^;'"]*?)\s*from\s+'(\.[^']+)'|\bimport\('(\.[^']+)'\)|^import\s+'(\.[^']+)'/gm;

/** Every import between the project's own files, by the sources that git knows. */
export function importsOf(folders: readonly string[]): readonly Import[] {
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...folders], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file.endsWith('.ts'));
  return files.flatMap((from) => {
    const text = readFileSync(posix.join(ROOT, from), 'utf8');
    return [...text.matchAll(STATEMENT)].map(([, type, names = '', static_, dynamic, bare]) => {
      const specifier = static_ ?? dynamic ?? bare ?? '';
      const listed = /^\{(.*)\}$/s
        .exec(names.trim())?.[1]
        ?.split(',')
        .filter((name) => name.trim() !== '');
      const typesOnly =
        type !== undefined || (listed?.every((name) => name.trim().startsWith('type ')) ?? false);
      const to = posix.normalize(posix.join(posix.dirname(from), specifier));
      return { from, to, typesOnly, isLazy: dynamic !== undefined };
    });
  });
}

/** What is loaded before the first line of these files runs: they, what they import, and so on. */
export function loadedBy(files: readonly string[], imports: readonly Import[]): ReadonlySet<string> {
  const loaded = new Set(files);
  for (const file of loaded)
    for (const { from, to, typesOnly, isLazy } of imports)
      if (from === file && !typesOnly && !isLazy) loaded.add(to);
  return loaded;
}

/** Groups of files each of which reaches every other of its group (Tarjan 1972), the largest first. */
export function circles(imports: readonly Import[]): readonly (readonly string[])[] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const found: string[][] = [];
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const visit = (file: string): number => {
    const order = index.size;
    index.set(file, order);
    stack.push(file);
    let lowest = order;
    for (const other of next.get(file) ?? []) {
      const seen = index.get(other);
      if (seen === undefined) lowest = Math.min(lowest, visit(other));
      else if (stack.includes(other)) lowest = Math.min(lowest, low.get(other) ?? seen);
    }
    low.set(file, lowest);
    if (lowest === order) {
      const group = stack.splice(stack.indexOf(file));
      if (group.length > 1) found.push(group.sort());
    }
    return lowest;
  };
  for (const file of next.keys()) if (!index.has(file)) visit(file);
  return found.sort((a, b) => b.length - a.length);
}
