import { paperFlamingo } from './sizes/paper.ts';

/** Flamingo-3B: table 1 of the paper. */
export default paperFlamingo({ name: 'flamingo-3b', layers: 24, dim: 2048, heads: 16, every: 1 });
