import type { RowGraphNames } from '../../artifact/added-graphs/row-contract.ts';
import type { Contract } from '../../artifact/contract.ts';
import type { Graph } from '../../dsl/graph.ts';
import { input } from '../../dsl/input.ts';
import { concat } from '../../dsl/operators/concat.ts';
import { gather } from '../../dsl/operators/gather.ts';
import type { Tensor } from '../../dsl/tensor.ts';

export const ROWS_AXIS = 0;

/** What makes an output of a graph, by the name of a value, from the graph's inputs. */
export type MakeOutput = (
  name: string,
  input: (name: string) => Tensor,
) => readonly [output: string, tensor: Tensor];

/** What `select` and `join` of `rowContracts` do. */
export function rowOutputs({ select, join }: RowGraphNames): Readonly<Record<string, MakeOutput>> {
  return {
    [select]: (name, of) => [`selected_${name}`, gather(of(`past_${name}`), of('rows'), ROWS_AXIS)],
    [join]: (name, of) => [`joined_${name}`, concat([of(`past_${name}`), of(`other_${name}`)], ROWS_AXIS)],
  };
}

/**
 * Graphs that do the same with each of several values.
 *
 * @param contracts what goes into each graph
 * @param outputs what comes out of each graph of one value
 * @param values their names
 */
export function graphsOfValues(
  contracts: Contract,
  outputs: Readonly<Record<string, MakeOutput>>,
  values: readonly string[],
): Readonly<Record<string, Graph>> {
  return Object.fromEntries(
    Object.entries(contracts).flatMap(([name, contract]) => {
      const make = outputs[name];
      if (make === undefined) return [];
      const inputs = Object.fromEntries(
        Object.entries(contract.inputs).map(([port, { dtype, shape }]) => [
          port,
          input(port, dtype, shape.flat()),
        ]),
      );
      const found = (port: string) => {
        const tensor = inputs[port];
        if (tensor === undefined) throw new Error(`the graph ${name} has no input ${port}`);
        return tensor;
      };
      return [[name, { name, inputs, outputs: Object.fromEntries(values.map((each) => make(each, found))) }]];
    }),
  );
}
