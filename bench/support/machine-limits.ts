import type { Limits } from '../measure/growth.ts';
import { memoryBandwidth } from '../measure/memory-bandwidth.ts';
import { productRate } from './product-rate.ts';

/**
 * What this machine can do in float32, measured when it is first asked for. Ask once a session is open: the first of a process
 * decides for its thread whether denormal numbers are zeros, as they are where a model computes.
 */
export function machineLimits(options: { readonly threads: number }): () => Promise<Limits> {
  let measured: Promise<Limits> | undefined;
  const measure = async () => {
    const rate = await productRate('float32', options);
    return { products: rate, attention: rate, bytes: memoryBandwidth() };
  };
  return () => {
    measured ??= measure();
    return measured;
  };
}
