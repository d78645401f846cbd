/** Safetensors files as whoever prepares weights for a model reads and writes them; the format itself is the artifact's. */
export { openSafetensors, writeSafetensors } from '../../artifact/weights/safetensors.ts';
