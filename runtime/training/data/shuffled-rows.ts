import { drawsOf } from './random.ts';

/**
 * The rows of one step's batch. Each epoch goes through all rows in a new order; what is left over where `batch` does
 * not divide `count` waits for the next epoch.
 *
 * @param count how many rows the data has
 * @param batch how many to take, at most `count`
 * @param seed of the task, as `DataSource.batch` is given it
 * @param step from 0
 * @returns `batch` different places from 0 to `count` - 1
 * @throws RangeError when there are fewer rows than the batch has
 */
export function shuffledRows(count: number, batch: number, seed: number, step: number): readonly number[] {
  if (!(batch >= 1 && batch <= count))
    throw new RangeError(`a batch of ${batch} rows was asked for, but the data has ${count}`);
  const batches = Math.floor(count / batch);
  const start = (step % batches) * batch;
  const order = orderOf(count, seed, Math.floor(step / batches));
  return [...order.subarray(start, start + batch)];
}

/** The last order is kept: the steps of an epoch ask for the same. */
let last: { readonly key: string; readonly order: Uint32Array } | undefined;

function orderOf(count: number, seed: number, epoch: number): Uint32Array {
  const key = `${count} ${seed} ${epoch}`;
  if (last?.key === key) return last.order;
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  const draw = drawsOf(seed, epoch, count);
  // Fisher and Yates.
  for (let place = count - 1; place > 0; place -= 1) {
    const other = Math.floor(draw() * (place + 1));
    const value = order[place] ?? 0;
    order[place] = order[other] ?? 0;
    order[other] = value;
  }
  last = { key, order };
  return order;
}
