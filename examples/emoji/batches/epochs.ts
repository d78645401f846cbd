import { Random } from '../random.ts';

/**
 * Different items for one step of training. Each epoch goes through a new order of all items; what is left over when
 * the batch size does not divide their number waits for the next epoch's order.
 *
 * @param count how many items there are
 * @returns `batch` places from 0 to `count` - 1, all different
 */
export function epochBatch(count: number, batch: number, seed: number, step: number): number[] {
  if (batch > count) throw new RangeError(`a batch of ${batch} was asked for of ${count} items`);
  const perEpoch = Math.floor(count / batch);
  const epoch = Math.floor(step / perEpoch);
  const order = new Random(seed, epoch, count).shuffle([...Array(count).keys()]);
  const start = (step % perEpoch) * batch;
  return order.slice(start, start + batch);
}
