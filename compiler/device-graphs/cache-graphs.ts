import { CACHE_GRAPHS, cacheContracts, cacheValues } from '../../artifact/added-graphs/cache-contract.ts';
import type { Graph } from '../../dsl/graph.ts';
import { gather } from '../../dsl/operators/gather.ts';
import type { LanguageFacts } from '../../dsl/program/program.ts';
import { graphsOfValues, ROWS_AXIS, rowOutputs } from './row-graphs.ts';

const PLACES_AXIS = 2;

/**
 * The graphs that change a static cache on the device where it lies, so that it need not come down for that: those of
 * `cacheContracts`.
 *
 * @param language with a static cache
 */
export function cacheGraphs(language: LanguageFacts): Readonly<Record<string, Graph>> {
  return graphsOfValues(
    cacheContracts(language),
    {
      ...rowOutputs(CACHE_GRAPHS),
      [CACHE_GRAPHS.copy]: (name, of) => [
        `copied_${name}`,
        gather(gather(of(`past_${name}`), of('row'), ROWS_AXIS), of('places'), PLACES_AXIS),
      ],
    },
    cacheValues(language),
  );
}
