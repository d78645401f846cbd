import { openSafetensors } from '../../../../artifact/weights/safetensors.ts';
import type { WeightFormat } from '../format.ts';

const LENGTH_BYTES = 8;

export const format: WeightFormat = {
  name: 'safetensors',
  recognises: (start) => start[LENGTH_BYTES] === '{'.charCodeAt(0),
  open: openSafetensors,
};
