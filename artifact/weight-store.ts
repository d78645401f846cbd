/** The artifact's own weight file: what is drawn, converted or copied. */
export const WEIGHTS = 'weights.safetensors';

/** How the names of checkpoint files begin that are cloned or hard-linked into an artifact. */
export const LINKED = 'linked-';

/** Whether a file of an artifact holds weights and nothing else. */
export function isWeightStore(name: string): boolean {
  return /^weights(-[0-9a-f]{12})?\.safetensors$/.test(name) || name.startsWith(LINKED);
}
