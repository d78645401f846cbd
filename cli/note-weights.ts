import type { Manifest } from '../artifact/manifest.ts';
import type { Report } from './report.ts';

/**
 * Says where a model is not trained.
 *
 * @param consequence what that means for what is asked of it: `the answer means nothing`
 */
export function noteWeights(
  { parameters: { origin, seed } }: Pick<Manifest, 'parameters'>,
  consequence: string,
  report: Report,
): void {
  if (origin === 'loaded') return;
  const part = origin === 'mixed' ? 'Some of the weights are' : 'The weights are';
  report.note(`${part} drawn from seed ${seed}, not trained: ${consequence}.`);
}
