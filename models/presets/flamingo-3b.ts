import { paperFlamingo } from '../flamingo/paper-sizes.ts';

/** Flamingo-3B: table 1 of the paper. */
export default paperFlamingo({ name: 'flamingo-3b', layers: 24, dim: 2048, heads: 16, every: 1 });
