import type { Manifest } from '../artifact/manifest.ts';

/** In what forms a model's weights are kept, the most frequent first: `int4 96.1 %, float32 3.9 %`. */
export function describePrecision({ kept }: Manifest['precision']): string {
  const counts = Object.entries(kept).sort(([, a], [, b]) => b - a);
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  const [only] = counts;
  if (counts.length === 1 && only !== undefined) return only[0];
  return counts.map(([form, count]) => `${form} ${((100 * count) / total).toFixed(1)} %`).join(', ');
}

/** What a precision cost, as rows of a table; none where it was not measured. */
export function calibrationRows({
  calibration,
}: Manifest['precision']): readonly (readonly [string, string])[] {
  if (calibration === undefined) return [];
  const { file, prompts, predictions, divergence, agreement } = calibration;
  return [
    ['compared with float32', `${predictions} predictions in ${prompts} prompts of ${file}`],
    ['mean KL divergence', `${divergence.toPrecision(3)} nats`],
    ['same likeliest token', `${(100 * agreement).toFixed(2)} %`],
  ];
}
