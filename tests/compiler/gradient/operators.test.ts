import assert from 'node:assert/strict';
import { OPERATORS } from '../../../compiler/fusion/operators.ts';
import { type Graph, operationsOf } from '../../../dsl/graph.ts';
import type { Operator, Tensor } from '../../../dsl/tensor.ts';
import { describeSizes, drawValues, openGraph } from '../../operators/build-case.ts';
import { OPERATOR_CASES } from '../../operators/cases/index.ts';
import { assertGradients, floatTensors } from '../../support/central-differences.ts';

describe('gradients of operators against central differences', () => {
  const cases = OPERATOR_CASES.filter((each) => {
    const { inputs, outputs } = openGraph(each);
    return floatTensors(inputs).length > 0 && floatTensors(outputs).length > 0;
  });

  for (const each of cases) {
    for (const sizes of each.sizes ?? [{}]) {
      // Nothing changes with a tensor that has no elements.
      if (Object.values(sizes).includes(0)) continue;
      it(`${each.file} ${each.name} ${describeSizes(sizes)}`, async () => {
        const feeds = Object.entries(each.inputs).map(
          ([name, given]) => [name, drawValues(name, given, sizes)] as const,
        );
        await assertGradients(openGraph(each), Object.fromEntries(feeds), each.slopeTolerance);
      });
    }
  }

  it('cover every operator that can be differentiated', () => {
    const covered = new Set(cases.flatMap((each) => [...operatorsOnPaths(openGraph(each))]));
    const missing = [...OPERATORS.values()].filter(
      (operator) => operator.gradient !== 'zero' && !covered.has(operator),
    );
    assert.deepEqual(
      missing.map(({ name }) => name),
      [],
    );
  });
});

/** The operators through which outputs depend on float inputs. */
function operatorsOnPaths(graph: Graph): ReadonlySet<Operator> {
  const varying = new Set<Tensor>(floatTensors(graph.inputs).map(([, tensor]) => tensor));
  const operators = new Set<Operator>();
  for (const { operator, inputs, outputs } of operationsOf(graph)) {
    if (!inputs.some((each) => each !== undefined && varying.has(each))) continue;
    operators.add(operator);
    for (const output of outputs) varying.add(output);
  }
  return operators;
}
