/** What a run writes into its folder, beside its checkpoints and graphs. */
export const RUN_FILES = {
  weights: 'weights.safetensors',
  best: 'best.safetensors',
  plot: 'loss.svg',
  metrics: 'metrics.jsonl',
} as const;
