import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';
import { authorNames } from '../../compiler/frontend/author-names.ts';
import { type Graph, operationsOf } from '../../dsl/graph.ts';
import { type AuthorFolder, authorFolder, ROOT } from './author-folder.ts';

const SOURCE = `import { apply, defineOperator } from '${ROOT}dsl/operator.ts';
import { atCallSite } from '${ROOT}dsl/at-call-site.ts';
import type { Graph } from '${ROOT}dsl/graph.ts';
import type { Tensor } from '${ROOT}dsl/tensor.ts';

interface Erased {
  readonly by: 'the transpiler';
}
const make = (name: string) => {
  const operator = defineOperator({
    name,
    computesIn: 'half', movement: 'none', weight: 'none',
    infer: ([x]) => (x === undefined ? [] : [x]),
  });
  return operator;
};
const [one, two, three, four, five] = ['one', 'two', 'three', 'four', 'five'].map(make);

/** Does everything. */
function forward(x: Tensor): Tensor {
  const q = apply(one!, [x], {});
  let k: Tensor;
  k = apply(two!, [q], {});
  const nested = apply(three!, [
    apply(four!, [k], {}),
  ], {});
  const record = { value: apply(five!, [nested], {}) };
  /** The last step. */
  const last = () => apply(one!, [record.value], {});
  return last();
}
const x: Tensor = { dtype: 'float32', shape: [1], source: { kind: 'input', name: 'x' } };
export const graph: Graph = { name: 'g', inputs: { x }, outputs: { y: forward(x) } };
`;

describe('authorNames', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
    await folder.write('package.json', '{ "type": "module" }');
  });
  after(() => folder.remove());

  it("finds each operation's variable and documentation through the transpiled positions", async () => {
    const file = await folder.write('model.ts', SOURCE);
    const { graph }: { graph: Graph } = await import(pathToFileURL(file).href);
    const nameOf = authorNames(graph);
    const found = operationsOf(graph).map((operation) => [
      operation.operator.name,
      nameOf(operation)?.name,
      nameOf(operation)?.doc,
    ]);
    assert.deepEqual(found, [
      ['one', 'q', 'Does everything.'],
      ['two', 'k', 'Does everything.'],
      ['four', 'nested.apply', 'Does everything.'],
      ['three', 'nested', 'Does everything.'],
      ['five', 'value', 'Does everything.'],
      ['one', undefined, 'The last step.'],
    ]);
  });

  it('has no names for operations whose source is gone', async () => {
    const file = await folder.write('gone.ts', SOURCE);
    const { graph }: { graph: Graph } = await import(pathToFileURL(file).href);
    await folder.remove();
    const nameOf = authorNames(graph);
    for (const operation of operationsOf(graph)) assert.equal(nameOf(operation), undefined);
  });
});
