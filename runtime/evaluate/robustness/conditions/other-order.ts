import type { Condition } from '../condition.ts';

/** A good learner from examples does not mind their order (Zhao et al. 2021, arXiv 2102.09690). */
export const condition: Condition = {
  name: 'another order',
  does: 'the same examples in an order drawn by chance, another one than theirs',
  change(_task, shots, { chance }) {
    if (shots.length < 2) return 'one example has no other order';
    const order = chance.shuffle([...shots.keys()]);
    // Drawn as it was: the first goes to the end, which is another order.
    const same = order.every((place, index) => place === index);
    const chosen = same ? [...order.slice(1), ...order.slice(0, 1)] : order;
    return { shots: chosen.flatMap((place) => shots[place] ?? []) };
  },
};
