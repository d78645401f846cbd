import { CACHE_GRAPHS, cacheContracts, cacheValues } from '../../artifact/cache-contract.ts';
import type { Graph } from '../../dsl/graph.ts';
import { input } from '../../dsl/input.ts';
import { concat } from '../../dsl/operators/concat.ts';
import { gather } from '../../dsl/operators/gather.ts';
import type { LanguageFacts } from '../../dsl/program.ts';
import type { Tensor } from '../../dsl/tensor.ts';

const ROWS_AXIS = 0;
const PLACES_AXIS = 2;

/** What makes an output of a graph, by the name of a key or a value, from the graph's inputs. */
type Make = (name: string, input: (name: string) => Tensor) => readonly [output: string, tensor: Tensor];

/**
 * The graphs that change a static cache on the device where it lies, so that it need not come down for that: those of
 * `cacheContracts`.
 *
 * @param language with a static cache
 */
export function cacheGraphs(language: LanguageFacts): Readonly<Record<string, Graph>> {
  const makes: Readonly<Record<string, Make>> = {
    [CACHE_GRAPHS.select]: (name, of) => [
      `selected_${name}`,
      gather(of(`past_${name}`), of('rows'), ROWS_AXIS),
    ],
    [CACHE_GRAPHS.join]: (name, of) => [
      `joined_${name}`,
      concat([of(`past_${name}`), of(`other_${name}`)], ROWS_AXIS),
    ],
    [CACHE_GRAPHS.copy]: (name, of) => [
      `copied_${name}`,
      gather(gather(of(`past_${name}`), of('row'), ROWS_AXIS), of('places'), PLACES_AXIS),
    ],
  };
  const contracts = Object.entries(cacheContracts(language));
  return Object.fromEntries(
    contracts.flatMap(([name, contract]) => {
      const make = makes[name];
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
      const outputs = Object.fromEntries(cacheValues(language).map((value) => make(value, found)));
      return [[name, { name, inputs, outputs }]];
    }),
  );
}
