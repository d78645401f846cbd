import type { Dim } from '../dsl/tensor.ts';
import type { Contract, PortContracts } from './contract.ts';
import type { LanguageSettings } from './facts.ts';

/** The graphs that change a static cache where it lies, by what they do. */
export const CACHE_GRAPHS = { select: 'cache-select', join: 'cache-join', copy: 'cache-copy' } as const;

/** `key.0`, `value.0`, `key.1`, …: what a cache has of each layer. */
export function cacheValues({ layers }: Pick<LanguageSettings, 'layers'>): readonly string[] {
  return Array.from({ length: layers }, (_, layer) => [`key.${layer}`, `value.${layer}`]).flat();
}

/**
 * The graphs that change a static cache on the device where it lies: `cache-select` gives the rows that are asked for,
 * `cache-join` the rows of two caches behind each other, `cache-copy` some places of one row.
 */
export function cacheContracts({
  keyValueHeads,
  headDim,
  cacheLength = 0,
  ...layers
}: Pick<LanguageSettings, 'layers' | 'keyValueHeads' | 'headDim' | 'cacheLength'>): Contract {
  const caches = (prefix: string, rows: Dim, places: Dim = cacheLength): PortContracts =>
    Object.fromEntries(
      cacheValues(layers).map((name) => [
        `${prefix}_${name}`,
        { dtype: 'float32', shape: [rows, keyValueHeads, places, headDim] },
      ]),
    );
  return {
    [CACHE_GRAPHS.select]: {
      inputs: { ...caches('past', 'batch'), rows: { dtype: 'int64', shape: ['rows'] } },
      outputs: caches('selected', 'rows'),
    },
    [CACHE_GRAPHS.join]: {
      inputs: { ...caches('past', 'batch'), ...caches('other', 'others') },
      outputs: caches('joined', 'batch+others'),
    },
    [CACHE_GRAPHS.copy]: {
      inputs: {
        ...caches('past', 'batch'),
        row: { dtype: 'int64', shape: [1] },
        places: { dtype: 'int64', shape: ['places'] },
      },
      outputs: caches('copied', 1, 'places'),
    },
  };
}
