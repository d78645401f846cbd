import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const DSL = fileURLToPath(new URL('../../dsl', import.meta.url));

/** The files that a file imports or exports from, types included. */
function importsOf(file: string): readonly string[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^(?:import|export)\b[^;]*?\bfrom '(\.[^']*)';/gms)].map(([, path = '']) =>
    join(dirname(file), path),
  );
}

/** The files that lie on a circle of imports, in groups of those that reach each other. */
function circles(files: readonly string[]): readonly (readonly string[])[] {
  const imports = new Map(files.map((file) => [file, importsOf(file)]));
  const reached = new Map(
    files.map((file) => {
      const found = new Set<string>();
      const open = [...(imports.get(file) ?? [])];
      for (let next = open.pop(); next !== undefined; next = open.pop()) {
        if (found.has(next)) continue;
        found.add(next);
        open.push(...(imports.get(next) ?? []));
      }
      return [file, found] as const;
    }),
  );
  const groups = new Map<string, readonly string[]>();
  for (const file of files) {
    if (!reached.get(file)?.has(file)) continue;
    const group = files.filter((other) => reached.get(file)?.has(other) && reached.get(other)?.has(file));
    groups.set(group[0] ?? file, group);
  }
  return [...groups.values()].map((group) => group.map((file) => relative(DSL, file)));
}

describe('imports within the DSL', () => {
  it('go in a circle, types included, between operators alone that are in each other’s gradients', () => {
    const files = readdirSync(DSL, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => join(DSL, file));
    const found = circles(files);
    for (const group of found) {
      for (const file of group) assert.match(file, /^operators\/[\w-]+\.ts$/, group.join(', '));
    }
    assert.ok(
      found.some((group) => group.includes('operators/slice.ts') && group.includes('operators/pad.ts')),
    );
  });
});
