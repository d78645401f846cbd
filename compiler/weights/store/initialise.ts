import { createHash } from 'node:crypto';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { elementCount } from '../../../dsl/element-count.ts';
import type { StoredParameter } from '../../stored-parameter.ts';

/**
 * Draws a parameter's first values: float32, in the parameter's element order. The same seed and name give the same
 * values whatever else the model holds, so that adding a layer does not change the others.
 */
export function initialValues(parameter: StoredParameter, seed: number): Float32Array {
  const values = new Float32Array(elementCount(parameter.shape));
  const { initialiser } = parameter;
  if (initialiser.kind === 'constant') return values.fill(initialiser.value);
  const random = uniformDraws(`${seed} ${parameter.name}`);
  if (initialiser.kind === 'uniform') {
    for (let index = 0; index < values.length; index++)
      values[index] = (2 * random() - 1) * initialiser.bound;
    return values;
  }
  // Box-Muller: two even draws make two normal ones.
  for (let index = 0; index < values.length; index += 2) {
    const radius = initialiser.std * Math.sqrt(-2 * Math.log(1 - random()));
    const angle = 2 * Math.PI * random();
    values[index] = radius * Math.cos(angle);
    if (index + 1 < values.length) values[index + 1] = radius * Math.sin(angle);
  }
  return values;
}

function uniformDraws(key: string): () => number {
  const generator = xoroshiro128plus(createHash('sha256').update(key).digest().readInt32LE(0));
  return () => uniformFloat64(generator);
}
