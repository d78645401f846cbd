import type { Manifest } from '../../artifact/manifest.ts';
import type { Report } from '../report.ts';

/** Says where figures mean nothing because the model is not trained. */
export function noteWeights({ parameters: { origin, seed } }: Manifest, report: Report): void {
  if (origin === 'loaded') return;
  const part = origin === 'mixed' ? 'Some of the weights are' : 'The weights are';
  report.note(`${part} drawn from seed ${seed}, not trained: the figures mean nothing.`);
}
