import assert from 'node:assert/strict';
import { OPERATORS } from '../../../compiler/fusion/operators.ts';
import { gradients } from '../../../compiler/gradient/gradients.ts';
import { isFloat } from '../../../dsl/dtype.ts';
import { type Graph, operationsOf } from '../../../dsl/graph.ts';
import type { Operator } from '../../../dsl/operator.ts';
import type { Tensor } from '../../../dsl/tensor.ts';
import { describeSizes, drawValues, openGraph } from '../../operators/build-case.ts';
import type { OperatorCase, Sizes } from '../../operators/case.ts';
import { OPERATOR_CASES } from '../../operators/cases/index.ts';
import { input, type Values, withLowered } from '../../support/run-graph.ts';

/** How far along a random direction the loss is looked at, to either side. */
const STEP = 1 / 128;

describe('gradients of operators against central differences', () => {
  const cases = OPERATOR_CASES.filter((each) => floatInputs(openGraph(each)).length > 0);

  for (const each of cases) {
    for (const sizes of each.sizes ?? [{}]) {
      // Nothing changes with a tensor that has no elements.
      if (Object.values(sizes).includes(0)) continue;
      it(`${each.file} ${each.name} ${describeSizes(sizes)}`, () => checkCase(each, sizes));
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

/** The gradient of sum(output * cotangent) by every float input, projected on one direction, both ways. */
async function checkCase(each: OperatorCase, sizes: Sizes): Promise<void> {
  const graph = openGraph(each);
  const feeds = Object.fromEntries(
    Object.entries(each.inputs).map(([name, given]) => [name, drawValues(name, given, sizes)]),
  );
  const varied = floatInputs(graph);
  const ends = Object.entries(graph.outputs).flatMap(([name, output]) =>
    isFloat(output.dtype)
      ? [{ name, output, cotangent: input(`cotangent.${name}`, output.dtype, output.shape) }]
      : [],
  );
  if (ends.length === 0) return;
  const found = gradients(
    ends,
    varied.map(([, tensor]) => tensor),
  );
  const backward: Graph = {
    name: 'backward',
    inputs: {
      ...graph.inputs,
      ...Object.fromEntries(ends.map(({ name, cotangent }) => [`cotangent.${name}`, cotangent])),
    },
    outputs: Object.fromEntries(
      varied.flatMap(([name], index) => {
        const tensor = found[index];
        return tensor === undefined ? [] : [[`gradient.${name}`, tensor]];
      }),
    ),
  };
  await withLowered(graph, {}, async (forward) => {
    const cotangents = Object.fromEntries(
      Object.entries(await forward(feeds)).map(([name, { shape }]) => [
        `cotangent.${name}`,
        drawValues(`cotangent of ${name}`, { shape }, sizes),
      ]),
    );
    const byInput = await withLowered(backward, {}, (run) => run({ ...feeds, ...cotangents }));
    const directions = new Map(
      varied.map(([name, { shape }]) => [name, drawValues(`direction of ${name}`, { shape }, sizes)]),
    );
    const lossAt = async (step: number): Promise<number> => {
      const moved = Object.entries(feeds).map(([name, values]): [string, Values] => {
        const direction = directions.get(name);
        const data = values.data.map((value, place) => value + step * (direction?.data[place] ?? 0));
        return [name, { ...values, data: data.map(Math.fround) }];
      });
      const results = await forward(Object.fromEntries(moved));
      return Object.entries(results).reduce(
        (sum, [name, { data }]) => sum + dot(data, cotangents[`cotangent.${name}`]?.data ?? []),
        0,
      );
    };
    const slope = async (step: number) => ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    // Two step sizes cancel the cubic term (Richardson).
    const expected = (4 * (await slope(STEP / 2)) - (await slope(STEP))) / 3;
    let actual = 0;
    let size = 1;
    for (const [name, direction] of directions) {
      const gradient = byInput[`gradient.${name}`];
      assert.deepEqual(gradient?.shape, feeds[name]?.shape, `shape of the gradient by ${name}`);
      actual += dot(gradient?.data ?? [], direction.data);
      size += dot(gradient?.data.map(Math.abs) ?? [], direction.data.map(Math.abs));
    }
    assert.ok(
      Math.abs(actual - expected) <= (each.slopeTolerance ?? 1e-3) * size,
      `along the direction the loss rises by ${expected}, but by the gradient it is ${actual}`,
    );
  });
}

function floatInputs(graph: Graph): readonly (readonly [string, Tensor])[] {
  return Object.entries(graph.inputs).filter(([, { dtype }]) => isFloat(dtype));
}

/** The operators through which outputs depend on float inputs. */
function operatorsOnPaths(graph: Graph): ReadonlySet<Operator> {
  const varying = new Set<Tensor>(floatInputs(graph).map(([, tensor]) => tensor));
  const operators = new Set<Operator>();
  for (const { operator, inputs, outputs } of operationsOf(graph)) {
    if (!inputs.some((each) => each !== undefined && varying.has(each))) continue;
    operators.add(operator);
    for (const output of outputs) varying.add(output);
  }
  return operators;
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, place) => sum + value * (right[place] ?? Number.NaN), 0);
}
