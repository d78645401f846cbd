import { UserError } from '../../../../artifact/user-error.ts';
import { readStart } from '../../../../artifact/weights/file-access.ts';
import type { WeightFormat } from '../format.ts';

/** Files that people have where weights should be, by how they start, and what to do about each. */
const FOREIGN: readonly (readonly [start: string, problem: string])[] = [
  [
    'version https://git-lfs',
    'is a pointer of Git LFS, not the weights themselves; fetch them with git lfs pull',
  ],
  [
    'GGUF',
    'is a GGUF file, whose quantised blocks are not read; give the safetensors files of the same model',
  ],
  [
    '\x89HDF',
    'is an HDF5 file of TensorFlow or Keras; give the safetensors or PyTorch files of the same model',
  ],
  ['<!DOCTYPE', 'is a web page, not weights; download the file itself'],
  ['<html', 'is a web page, not weights; download the file itself'],
];

export const format: WeightFormat = {
  name: 'a format of another project',
  recognises: (start) => FOREIGN.some(([mark]) => startsWith(start, mark)),
  open: async (path) => {
    const start = await readStart(path);
    const problem = FOREIGN.find(([mark]) => startsWith(start, mark))?.[1] ?? 'is not read';
    throw new UserError(`${path} ${problem}.`);
  },
};

function startsWith(start: Uint8Array, mark: string): boolean {
  return [...mark].every((character, index) => start[index] === character.charCodeAt(0));
}
