import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { sentence } from '../../dsl/errors/sentence.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The project's sources of the rooms in which sentences are said by types too. */
const sources: ReadonlyMap<string, string> = new Map(
  execFileSync('git', ['ls-files', '-co', '--exclude-standard', 'dsl', 'models'], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file.endsWith('.ts'))
    .flatMap((file) => {
      try {
        return [[file, readFileSync(ROOT + file, 'utf8')] as const];
      } catch {
        // Removed, and not yet in git's list.
        return [];
      }
    }),
);
const isSentences = (file: string) => /\bsentences(\/[\w-]+)?\.ts$/.test(file);

describe('sentences of types', () => {
  it('stand once: no type has words of its own', () => {
    const own = [...sources].flatMap(([file, text]) =>
      [...text.matchAll(/Problem<\s*["'`][^>]*/g)].map(([words]) => `${file}: ${words}`),
    );
    assert.deepEqual(own, []);
  });

  it('are templates that types and the building of a model fill both', () => {
    const templates = [...sources].filter(([file]) => isSentences(file));
    const names = templates.flatMap(([, text]) =>
      [...text.matchAll(/export const (\w+)/g)].map(([, name = '']) => name),
    );
    assert.ok(names.length > 70, `${names.length} sentences`);
    assert.equal(new Set(names).size, names.length);
    const others = [...sources].filter(([file]) => !isSentences(file)).map(([, text]) => text);
    const imports = (pattern: RegExp) =>
      new Set(
        others.flatMap((text) =>
          [...text.matchAll(pattern)].flatMap(([, list = '']) => list.split(/[\s,]+/)),
        ),
      );
    const byTypes = imports(/typeof (\w+)\b/g);
    const atRunTime = imports(/^import \{([^}]*)\} from '[^']*sentences(?:\/[\w-]+)?\.ts';/gm);
    assert.deepEqual(
      names.filter((name) => !atRunTime.has(name)),
      [],
      'that no function says',
    );
    // What only a built model can know: how many latents a block gives for several pictures.
    assert.deepEqual(
      names.filter((name) => !byTypes.has(name)),
      ['RESAMPLER_COUNT'],
      'that no type says',
    );
  });

  it('keep braces of their own', () => {
    assert.equal(
      sentence('a {b}, as in make({ … }) or { c: {d} }', { b: '{d}', d: 2 }),
      'a {d}, as in make({ … }) or { c: 2 }',
    );
  });
});
