import assert from 'node:assert/strict';
import fc from 'fast-check';
import { einsum, ModelError, rearrange, reduce, repeat, type Tensor } from '../../dsl/index.ts';
import { f } from './makers.ts';
import { describeTensors, errorsOf, madeFile } from './type-checker.ts';

/*
 * The same patterns read twice: by the grammar that builds the model, and by the types. Patterns are drawn at random,
 * many of them wrong; all are checked in one program.
 */

const name = fc.constantFrom('a', 'b', 'c', 'd', 'heads');
const blank = fc.constantFrom(' ', ' ', ' ', '  ');

/** One place of a side; now and then something that does not belong. */
const item = fc.oneof(
  { weight: 12, arbitrary: name },
  { weight: 5, arbitrary: fc.array(name, { maxLength: 3 }).map((names) => `(${names.join(' ')})`) },
  { weight: 2, arbitrary: fc.constant('1') },
  { weight: 2, arbitrary: fc.constant('...') },
  { weight: 1, arbitrary: fc.constantFrom('2', '(', ')', '( a', '(1 b)', 'b(c d)') },
);
const side = fc.tuple(fc.array(item, { maxLength: 4 }), blank).map(([items, between]) => items.join(between));

/** A right side that is mostly made of what the left has, so that many patterns are right. */
const sides = side.chain((left) => {
  const parts = left.match(/\([^()]*\)|\.\.\.|[^\s()]+/g) ?? [];
  const kept = fc.shuffledSubarray(parts, { minLength: Math.max(0, parts.length - 1) });
  const extra = fc.oneof({ weight: 4, arbitrary: fc.constant('') }, { weight: 1, arbitrary: item });
  const right = fc.tuple(kept, extra).map(([items, more]) => [...items, more].filter(Boolean).join(' '));
  return fc.tuple(
    fc.constant(left),
    fc.oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: side }),
  );
});

const arrow = fc.oneof(
  { weight: 20, arbitrary: fc.constant(' -> ') },
  { weight: 1, arbitrary: fc.constant('->') },
);
const pattern = fc.oneof(
  { weight: 20, arbitrary: fc.tuple(sides, arrow).map(([[left, right], to]) => `${left}${to}${right}`) },
  { weight: 1, arbitrary: fc.constantFrom('a b', 'a -> b -> a', 'a, b -> a', '') },
);

/** What each name stands for in a use that is right. */
const SIZES: Readonly<Record<string, number>> = { a: 2, b: 3, c: 4, d: 6, heads: 12 };
const sizeOf = (part: string): number => SIZES[part] ?? (Number(part) || 1);

/** The shape that the left side asks for, `...` being two axes. */
function fittingShape(pattern: string): readonly number[] {
  const [left = ''] = pattern.split('->');
  return (left.match(/\([^()]*\)|\.\.\.|[^\s()]+/g) ?? []).flatMap((part) =>
    part === '...'
      ? [5, 7]
      : part
          .replace(/[()]/g, '')
          .split(/\s+/)
          .map(sizeOf)
          .reduce((a, b) => a * b, 1),
  );
}

/** The sizes that a pattern needs: of all parts of a group but the first, and of what is new on the right. */
function neededSizes(pattern: string): Readonly<Record<string, number>> {
  const [left = '', right = ''] = pattern.split('->');
  const grouped = [...left.matchAll(/\(([^()]*)\)/g)].flatMap(([, parts = '']) =>
    parts.split(/\s+/).slice(1),
  );
  const added = (right.match(/[a-z]+/g) ?? []).filter((part) => !left.includes(part));
  return Object.fromEntries(
    [...grouped, ...added].filter((part) => part in SIZES).map((part) => [part, sizeOf(part)]),
  );
}

const anyShape = fc.array(fc.constantFrom(1, 2, 3, 4, 6, 12), { maxLength: 4 });
const anySizes = fc.dictionary(name, fc.constantFrom(1, 2, 3), { maxKeys: 1 });

interface Use {
  readonly kind: 'rearrange' | 'repeat' | 'reduce' | 'einsum';
  readonly pattern: string;
  readonly shape: readonly number[];
  readonly sizes: Readonly<Record<string, number>>;
}

const use: fc.Arbitrary<Use> = pattern.chain((text) =>
  fc.record({
    kind: fc.constantFrom('rearrange', 'rearrange', 'repeat', 'reduce', 'einsum'),
    pattern: fc.constant(text),
    shape: fc.oneof(
      { weight: 8, arbitrary: fc.constant(fittingShape(text)) },
      { weight: 1, arbitrary: anyShape },
    ),
    sizes: fc.oneof(
      { weight: 8, arbitrary: fc.constant(neededSizes(text)) },
      { weight: 1, arbitrary: anySizes },
    ),
  }),
);

/** The use as an author writes it. */
function written({ kind, pattern, shape, sizes }: Use): string {
  const x = `f(${shape.join(', ')})`;
  const text = JSON.stringify(pattern);
  if (kind === 'einsum') return `einsum(${text}, ${x})`;
  if (kind === 'reduce') return `reduce(${x}, ${text}, 'sum', ${JSON.stringify(sizes)})`;
  return `${kind}(${x}, ${text}, ${JSON.stringify(sizes)})`;
}

/** What building the model says of it. */
function built({ kind, pattern, shape, sizes }: Use): string {
  const x: Tensor = f(...shape);
  try {
    const result: Tensor =
      kind === 'einsum'
        ? einsum(pattern, x)
        : kind === 'reduce'
          ? reduce(x, pattern, 'sum', sizes)
          : (kind === 'repeat' ? repeat : rearrange)(x, pattern, sizes);
    return `${result.dtype} [${result.shape.join(', ')}]`;
  } catch (error) {
    if (error instanceof ModelError) return error.sentence;
    throw error;
  }
}

describe('patterns', () => {
  it('mean the same to the types as to the grammar', () => {
    const uses = fc.sample(use, { numRuns: 250, seed: 20 });
    const expected = uses.map(built);
    const right = expected.filter((text) => text.startsWith('float32')).length;
    assert.ok(right > 40 && right < 210, `${right} of 250 patterns are right`);

    const lines = uses.map((one, index) => `export const use${index} = ${written(one)};`);
    const file = madeFile(
      'tests/dsl/made/patterns.ts',
      `import { einsum, rearrange, reduce, repeat } from '../../../dsl/index.ts';\nimport { f } from '../makers.ts';\n${lines.join('\n')}\n`,
    );
    const errors = errorsOf(file);
    for (const [index, one] of uses.entries()) {
      const sentences = errors.filter(({ line }) => line === index + 3).map(({ sentence }) => sentence);
      const declaration = file.getVariableDeclarationOrThrow(`use${index}`);
      const typed =
        sentences.length > 0 ? sentences.join(' | ') : describeTensors(declaration.getType(), declaration);
      assert.equal(typed, expected[index], written(one));
    }
  });
});
