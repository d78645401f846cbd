import { paperFlamingo } from '../flamingo/paper-sizes.ts';

/** Flamingo-80B: table 1 of the paper. */
export default paperFlamingo({ name: 'flamingo-80b', layers: 80, dim: 8192, heads: 64, every: 7 });
