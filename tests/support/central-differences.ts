import assert from 'node:assert/strict';
import { gradients } from '../../compiler/gradient/gradients.ts';
import { isFloat } from '../../dsl/dtype.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import { drawValues } from '../operators/build-case.ts';
import { input, type Values, withLowered } from './run-graph.ts';

/** How far along a random direction the loss is looked at, to either side. */
const STEP = 1 / 128;

/**
 * Fails unless the gradient of sum(output * cotangent), over all float outputs of a graph, by all its float inputs is the
 * slope of that sum along a random direction, found by central differences. Both are computed in ONNX Runtime.
 *
 * @param tolerance largest difference, as a share of what the gradient could amount to along the direction
 * @returns the gradients by the inputs' names
 */
export async function assertGradients(
  graph: Graph,
  feeds: Readonly<Record<string, Values>>,
  tolerance = 1e-3,
): Promise<Readonly<Record<string, Values>>> {
  const backward = backwardGraph(graph);
  return withLowered(graph, {}, async (forward) => {
    const cotangents = new Map(
      Object.entries(await forward(feeds)).map(([name, { shape }]) => [
        name,
        drawValues(`cotangent of ${name}`, { shape }, {}),
      ]),
    );
    const given = Object.fromEntries([...cotangents].map(([name, values]) => [`cotangent.${name}`, values]));
    const results = await withLowered(backward, {}, (run) => run({ ...feeds, ...given }));
    const found = Object.fromEntries(
      Object.entries(results).map(([name, values]) => [name.replace('gradient.', ''), values] as const),
    );
    const directions = new Map(
      Object.keys(found).map((name) => [
        name,
        drawValues(`direction of ${name}`, { shape: feeds[name]?.shape ?? [] }, {}),
      ]),
    );
    const lossAt = async (step: number): Promise<number> => {
      const moved = Object.entries(feeds).map(([name, values]): [string, Values] => {
        const direction = directions.get(name)?.data ?? [];
        const data = values.data.map((value, place) => Math.fround(value + step * (direction[place] ?? 0)));
        return [name, { ...values, data }];
      });
      const results = await forward(Object.fromEntries(moved));
      return [...cotangents].reduce(
        (sum, [name, { data }]) =>
          isFloat(results[name]?.dtype ?? 'bool') ? sum + dot(results[name]?.data ?? [], data) : sum,
        0,
      );
    };
    const slope = async (step: number) => ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
    // Two step sizes cancel the cubic term (Richardson).
    const expected = (4 * (await slope(STEP / 2)) - (await slope(STEP))) / 3;
    let actual = 0;
    let size = 1;
    for (const [name, direction] of directions) {
      const gradient = found[name];
      assert.deepEqual(gradient?.shape, feeds[name]?.shape, `shape of the gradient by ${name}`);
      actual += dot(gradient?.data ?? [], direction.data);
      size += dot(gradient?.data.map(Math.abs) ?? [], direction.data.map(Math.abs));
    }
    assert.ok(
      Math.abs(actual - expected) <= tolerance * size,
      `along the direction the sum rises by ${expected}, but by the gradient it is ${actual}`,
    );
    return found;
  });
}

/**
 * The gradients of a graph's float inputs as `gradient.NAME`; the inputs are joined by `cotangent.NAME` of every float
 * output.
 */
export function backwardGraph(graph: Graph): Graph {
  const varied = floatTensors(graph.inputs);
  const ends = floatTensors(graph.outputs).map(([name, output]) => ({
    output,
    cotangent: input(`cotangent.${name}`, output.dtype, output.shape),
    name,
  }));
  const found = gradients(
    ends,
    varied.map(([, tensor]) => tensor),
  );
  const cotangents = ends.map(({ name, cotangent }) => [`cotangent.${name}`, cotangent] as const);
  return {
    name: 'backward',
    inputs: { ...graph.inputs, ...Object.fromEntries(cotangents) },
    outputs: Object.fromEntries(
      varied.flatMap(([name], index) => {
        const tensor = found[index];
        return tensor === undefined ? [] : [[`gradient.${name}`, tensor] as const];
      }),
    ),
  };
}

/** The float tensors among named ones. */
export function floatTensors(
  tensors: Readonly<Record<string, Tensor>>,
): readonly (readonly [string, Tensor])[] {
  return Object.entries(tensors).filter(([, { dtype }]) => isFloat(dtype));
}

function dot(left: readonly number[], right: readonly number[]): number {
  return left.reduce((sum, value, place) => sum + value * (right[place] ?? Number.NaN), 0);
}
