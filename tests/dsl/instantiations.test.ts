import assert from 'node:assert/strict';
import { costsOf, errorsOf, instantiations, madeFile } from './type-checker.ts';

/** Types that the checker instantiates for one operation, at most. Most of it is arithmetic on sizes. */
const BUDGET = 300;

const IMPORTS = `import { add, attention, chunk, concat, einsum, gelu, input, layerNorm, linear, multiply, rearrange, reduceMean, repeat, reshape, slice, softmax, transpose, where, greater } from '../../../dsl/index.ts';
`;

/** A stretch of a model as authors write them, of sizes that no other stretch has, and how many operations it has. */
const stretch = (n: number): { readonly text: string; readonly operations: number } => {
  const heads = n + 2;
  const dim = heads * 16;
  const lines = [
    `const x = input('x', 'float32', ['batch', 'text${n}', ${dim}]);`,
    `const media = input('media', 'float32', ['batch', 'media${n}', ${dim + 8}]);`,
    `const normed = layerNorm(${dim})(x);`,
    `const query = linear(${dim}, ${dim})(normed);`,
    `const both = linear(${dim + 8}, ${2 * dim})(media);`,
    `const [key, value] = chunk(both, 2);`,
    `const attended = attention(query, key, value, { heads: ${heads} }).result;`,
    `const first = add(x, attended);`,
    `const inner = gelu(linear(${dim}, ${4 * dim})(first));`,
    `const second = add(first, linear(${4 * dim}, ${dim})(inner));`,
    `const split = rearrange(second, 'b t (h d) -> b h t d', { h: ${heads} });`,
    `const scores = einsum('b h i d, b h j d -> b h i j', split, split);`,
    `const shares = softmax(multiply(scores, ${1 / dim}));`,
    `const mean = reduceMean(second, [1], true);`,
    `const masked = where(greater(mean, 0), second, 0);`,
    `const joined = concat([masked, mean], 1);`,
    `const rest = slice(joined, 1, 1);`,
    `const copies = repeat(rest, 'b t d -> b n t d', { n: ${n + 3} });`,
    `const flat = reshape(masked, ['batch*text${n}', ${dim}]);`,
    `export const result = [shares, copies, transpose(flat, [1, 0])];`,
  ];
  // Every call but `input` is one; a layer is made and applied.
  const operations =
    lines
      .join('\n')
      .match(/\b[a-z]\w*\(/gi)
      ?.filter((call) => call !== 'input(').length ?? 0;
  return {
    text: `export function stretch${n}() {\n${lines.join('\n').replace('export const result =', 'return')}\n}\n`,
    operations,
  };
};

/** What each operation takes by itself, of sizes that occur nowhere else; those that compute with sizes have a number of their own. */
const OPERATIONS: Readonly<
  Record<string, readonly [call: (dim: number, n: number) => string, most?: number]>
> = {
  gelu: [() => 'gelu(x)'],
  add: [() => 'add(x, row)'],
  multiply: [(dim) => `multiply(x, ${1 / dim})`],
  softmax: [() => 'softmax(x)'],
  reduceMean: [() => 'reduceMean(x, [1], true)'],
  layerNorm: [(dim) => `layerNorm(${dim})(x)`],
  linear: [(dim) => `linear(${dim}, ${3 * dim})(x)`],
  transpose: [() => 'transpose(x, [0, 2, 1])'],
  where: [() => 'where(greater(x, 0), x, 0)'],
  'rearrange that reorders': [() => "rearrange(x, 'b t d -> t b d')"],
  // Subtracts or divides one size.
  slice: [() => 'slice(x, 2, 1)', 500],
  chunk: [() => 'chunk(x, 2)', 580],
  // Binds names one by one.
  repeat: [(_dim, n) => `repeat(x, 'b t d -> b n t d', { n: ${n + 3} })`, 480],
  einsum: [() => "einsum('b i d, b j d -> b i j', x, y)", 560],
  // Compares or adds sizes of two shapes.
  concat: [() => 'concat([x, y], 1)', 600],
  reshape: [(dim, n) => `reshape(x, ['batch*text${n}', ${dim}])`, 620],
  // Divides, and compares what comes out with three other shapes.
  attention: [(_dim, n) => `attention(x, y, y, { heads: ${n + 2} })`, 820],
  'rearrange that splits': [(_dim, n) => `rearrange(x, 'b t (h d) -> b h t d', { h: ${n + 2} })`, 1000],
};

describe('type checking stays cheap', () => {
  /** Of the file alone: every program starts to count anew. */
  const cost = (name: string, stretches: readonly { readonly text: string }[]): number => {
    const file = madeFile(
      `tests/dsl/made/${name}.ts`,
      IMPORTS + stretches.map(({ text }) => text).join('\n'),
    );
    assert.deepEqual(errorsOf(file), []);
    return instantiations();
  };

  it(`an operation costs at most ${BUDGET} instantiations`, () => {
    const stretches = Array.from({ length: 41 }, (_, n) => stretch(n));
    const operations = stretches.slice(1).reduce((sum, one) => sum + one.operations, 0);
    const each = (cost('many', stretches) - cost('one', stretches.slice(0, 1))) / operations;
    assert.ok(
      each > 1 && each <= BUDGET,
      `${each.toFixed(1)} instantiations each for ${operations} operations`,
    );
  });

  it(`an operation by itself costs at most ${BUDGET}, or what is written beside it`, () => {
    const STRETCHES = 10;
    const named = (name: string, call: string | undefined, first: number, count: number) => ({
      name,
      text:
        IMPORTS +
        Array.from({ length: count }, (_, each) => {
          const n = first + each;
          const dim = (n + 2) * 16;
          return `export function of${n}() {
            const x = input('x', 'float32', ['batch', 'text${n}', ${dim}]);
            const y = input('y', 'float32', ['batch', 'media${n}', ${dim}]);
            const row = input('row', 'float32', [1, ${dim}]);
            const made = ${call === undefined ? '0' : OPERATIONS[call]?.[0](dim, n)};
            return [x, y, row, made] as const;
          }`;
        }).join('\n'),
    });
    const names = Object.keys(OPERATIONS);
    const stretches = (call: string | undefined, place: number) => [
      named(`first${place}`, call, 1000 + place, 1),
      named(`each${place}`, call, STRETCHES * place, STRETCHES),
    ];
    const files = [undefined, ...names].flatMap((call, place) => stretches(call, place));
    const costs = costsOf(files.map(({ name, text }) => madeFile(`tests/dsl/made/${name}.ts`, text)));
    const each = names.map((_, index) => ((costs[2 * index + 3] ?? 0) - (costs[1] ?? 0)) / STRETCHES);
    const table = names.map((name, index) => `${name}: ${each[index]?.toFixed(0)}`).join(', ');
    for (const [index, name] of names.entries()) {
      const cost = each[index] ?? 0;
      assert.ok(cost > 1 && cost <= (OPERATIONS[name]?.[1] ?? BUDGET), `${name}: ${cost} (${table})`);
    }
  });
});
