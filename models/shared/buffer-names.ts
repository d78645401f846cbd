import type { CheckpointName } from '../../dsl/index.ts';

/** Constants that the original implementations keep among their weights, and that a compiled graph computes. */
export const bufferNames: readonly CheckpointName[] = [
  { unused: '*rotary_emb.inv_freq', because: 'the frequencies of rotary positions' },
  { unused: '*.masked_bias', because: 'the score of what a token may not see' },
  { unused: '*.attn.bias', because: 'the causal mask' },
  { unused: '*.attention.bias', because: 'the causal mask' },
  { unused: '*position_ids', because: 'the numbers of the positions, 0, 1, 2, …' },
];
