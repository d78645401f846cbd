import type { WeightFormat } from '../format.ts';
import { openSafetensors } from '../safetensors.ts';

const LENGTH_BYTES = 8;

export const format: WeightFormat = {
  name: 'safetensors',
  recognises: (start) => start[LENGTH_BYTES] === '{'.charCodeAt(0),
  open: openSafetensors,
};
