import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { z } from 'zod';
import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';

/**
 * Different orders of the examples, for prompt ensembling: the Flamingo paper (arXiv 2204.14198) averages the
 * log-likelihood of an answer over 6 orders. The same seed gives the same orders.
 *
 * @param shots The examples; equal ones count as different.
 * @param count How many orders, at most; there are only shots! of them, and the mean over all is exact then.
 * @param seed Any integer.
 * @returns min(count, shots!) different orders; one empty order for no examples.
 */
export function orderings<Item>(shots: readonly Item[], count: number, seed: number): Item[][] {
  checkArgument('the list of examples', schemas.list, shots);
  checkArgument('the number of orders', schemas.ORDERS, count);
  checkArgument('the seed', z.int(), seed);
  const random = xoroshiro128plus(seed);
  const found = new Map<string, Item[]>();
  const wanted = Math.min(count, factorialUpTo(shots.length, count));
  while (found.size < wanted) {
    const order = [...shots.entries()];
    for (let last = order.length - 1; last > 0; last -= 1) {
      const other = uniformInt(random, 0, last);
      const [a, b] = [order[last], order[other]];
      if (a !== undefined && b !== undefined) [order[last], order[other]] = [b, a];
    }
    found.set(
      order.map(([index]) => index).join(),
      order.map(([, shot]) => shot),
    );
  }
  return [...found.values()];
}

/** n!, or any larger number than `bound` where n! is larger. */
function factorialUpTo(n: number, bound: number): number {
  let product = 1;
  for (let factor = 2; factor <= n && product <= bound; factor += 1) product *= factor;
  return product;
}
