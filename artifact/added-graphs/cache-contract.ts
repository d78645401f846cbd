import type { Dim } from '../../dsl/tensor.ts';
import type { Contract, PortContract, PortContracts } from '../contract.ts';
import type { LanguageSettings } from '../facts.ts';
import { rowContracts } from './row-contract.ts';

/** The graphs that change a static cache where it lies, by what they do. */
export const CACHE_GRAPHS = { select: 'cache-select', join: 'cache-join', copy: 'cache-copy' } as const;

/** `key.0`, `value.0`, `key.1`, …: what a cache has of each layer. */
export function cacheValues({ layers }: Pick<LanguageSettings, 'layers'>): readonly string[] {
  return Array.from({ length: layers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();
}

/**
 * The graphs that change a static cache on the device where it lies: `cache-select` and `cache-join` as `rowContracts` says,
 * `cache-copy` gives some places of one row.
 */
export function cacheContracts({
  keyValueHeads,
  headDim,
  cacheLength = 0,
  ...layers
}: Pick<LanguageSettings, 'layers' | 'keyValueHeads' | 'headDim' | 'cacheLength'>): Contract {
  const names = cacheValues(layers);
  const row: PortContract = { dtype: 'float32', shape: [keyValueHeads, cacheLength, headDim] };
  const caches = (prefix: string, rows: Dim, places: Dim): PortContracts =>
    Object.fromEntries(
      names.map((name) => [
        `${prefix}_${name}`,
        { dtype: 'float32', shape: [rows, keyValueHeads, places, headDim] },
      ]),
    );
  return {
    ...rowContracts(CACHE_GRAPHS, Object.fromEntries(names.map((name) => [name, row]))),
    [CACHE_GRAPHS.copy]: {
      inputs: {
        ...caches('past', 'batch', cacheLength),
        row: { dtype: 'int64', shape: [1] },
        places: { dtype: 'int64', shape: ['places'] },
      },
      outputs: caches('copied', 1, 'places'),
    },
  };
}
