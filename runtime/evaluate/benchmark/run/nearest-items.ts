import { UserError } from '../../../../artifact/user-error.ts';
import { nearestShots } from '../../../prompt/nearest-shots.ts';
import type { BenchmarkItem } from '../item.ts';
import { type NearestItems, showSame } from './choose-examples.ts';
import { type FeatureOptions, featuresOf, pictureFeatures } from './picture-features.ts';

/**
 * Retrieval of examples (RICES): those whose pictures' features are most similar to the question's by their cosine, after
 * what all have in common, the mean of the examples', is taken away.
 *
 * @param most how many are asked for at most
 */
export async function nearestItems(
  folder: string,
  support: readonly BenchmarkItem[],
  most: number,
  options: FeatureOptions,
): Promise<NearestItems> {
  const rows = await pictureFeatures(folder, support, options);
  const whole = support.flatMap((item, index) => {
    const features = rows[index];
    return features?.every(Number.isFinite) ? [{ item, features }] : [];
  });
  const common = meanOf(whole.map(({ features }) => features));
  const centred = (features: Float32Array) => features.map((value, index) => value - (common[index] ?? 0));
  const candidates = whole.map(({ features }) => centred(features));
  if (whole.length < most) {
    throw new UserError(
      `${most} examples are asked for, but the pictures of ${whole.length} could be encoded: ask for fewer by --shots.`,
    );
  }
  const known = new Map<string, Promise<readonly BenchmarkItem[]>>();
  const nearest = async (item: BenchmarkItem): Promise<readonly BenchmarkItem[]> => {
    const query = centred(await featuresOf(item, options));
    const others = [...whole.keys()].filter((place) => {
      const other = whole[place]?.item;
      return other !== undefined && !showSame(other, item);
    });
    const features = others.map((place) => candidates[place] ?? query);
    const nearest = nearestShots(query, features, Math.min(most, others.length));
    return nearest.flatMap((index) => whole[others[index] ?? -1]?.item ?? []);
  };
  return async (item, count) => {
    const found = known.get(item.id) ?? nearest(item);
    known.set(item.id, found);
    return (await found).slice(-count);
  };
}

function meanOf(rows: readonly Float32Array[]): Float32Array {
  const mean = new Float32Array(rows[0]?.length ?? 0);
  for (const row of rows) {
    for (const [index, value] of row.entries()) mean[index] = (mean[index] ?? 0) + value / rows.length;
  }
  return mean;
}
