import { UserError } from '../../../../artifact/user-error.ts';
import type { WeightFormat } from '../format.ts';
import { format as safetensors } from './safetensors.ts';

/** What PyTorch wrote before 1.6: one pickle after another, which can only be read by running them in order. */
export const format: WeightFormat = {
  name: 'PyTorch before 1.6',
  // A safetensors file whose header's length ends in 128 bytes begins so too.
  recognises: (start) => start[0] === 0x80 && (start[1] ?? 9) <= 5 && !safetensors.recognises(start),
  open: async (path) => {
    throw new UserError(
      `${path} has the layout of PyTorch before 1.6, which is not read; convert it with python -c "import torch; torch.save(torch.load('${path}', map_location='cpu', weights_only=True), 'converted.pt')" and give converted.pt.`,
    );
  },
};
