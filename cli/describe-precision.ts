import type { Manifest } from '../compiler/artifact/manifest.ts';

/** In what forms a model's weights are kept, the most frequent first: `int4 96.1 %, float32 3.9 %`. */
export function describePrecision({ kept }: Manifest['precision']): string {
  const counts = Object.entries(kept).sort(([, a], [, b]) => b - a);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const [only] = counts;
  if (counts.length === 1 && only !== undefined) return only[0];
  return counts.map(([form, count]) => `${form} ${((100 * count) / total).toFixed(1)} %`).join(', ');
}
