import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { openSafetensors } from '../../../artifact/weights/safetensors.ts';
import { verifyFile } from '../../../cli/verify/verify-file.ts';
import { aimed, type Line, type Row } from '../row.ts';

const FOLDER = fileURLToPath(new URL('../../../tests/references/blocks/', import.meta.url));

/** The largest difference, as a share of the largest value expected. */
const PASSES = { float32: 1e-4, float16: 2e-3 } as const;

export const row: Row = {
  name: 'blocks',
  summary: "every reference block against its original's outputs, and in float32 its gradients",
  limit: 240,
  hasPeer: false,
  async run({ provider, scale, note }) {
    const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.safetensors')).sort();
    const chosen = scale === 'small' ? files.slice(0, 6) : files;
    const lines: Line[] = [];
    for (const computes of ['float32', 'float16'] as const) {
      let worst = 0;
      let gradients = 0;
      const failed: string[] = [];
      for (const name of chosen) {
        note(`${name} in ${computes}`);
        const path = FOLDER + name;
        const file = await openSafetensors(path);
        const hasGradients = file.names.some((each) => each.startsWith('gradient.'));
        const options = { fusion: true, tolerance: PASSES[computes], provider, target: 'cuda', computes };
        const withGradients = computes === 'float32' && hasGradients;
        const { tensors } = await verifyFile(path, { ...options, gradients: withGradients });
        if (withGradients) gradients += 1;
        for (const { largestError, largestExpected } of tensors)
          worst = Math.max(worst, largestError / Math.max(largestExpected, Number.MIN_VALUE));
        if (tensors.some(({ passed }) => !passed)) failed.push(name);
      }
      const named = failed.length === 0 ? {} : { note: `not: ${failed.join(', ')}` };
      const what = `${chosen.length} blocks in ${computes}${gradients > 0 ? `, ${gradients} with gradients` : ''}`;
      lines.push(
        aimed({ what, value: worst, unit: 'largest difference', ...named }, { most: PASSES[computes] }),
      );
    }
    return lines;
  },
};
