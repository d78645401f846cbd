import { paperFlamingo } from '../flamingo/paper-sizes.ts';

/** Flamingo-9B: table 1 of the paper. */
export default paperFlamingo({ name: 'flamingo-9b', layers: 40, dim: 4096, heads: 32, every: 4 });
