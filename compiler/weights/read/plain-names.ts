import type { WeightFile } from '../../../artifact/weights/weight-file.ts';

/** What distributed training, compilation and activation checkpointing put into the names of a model's tensors. */
const WRAPPER_MEMBERS =
  /(^|\.)(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_fpw_module)(?=\.)/g;

/** `nn.DataParallel`'s and `DistributedDataParallel`'s prefix: it is one only if every name has it. */
const PARALLEL = 'module.';

/** A file under the names that its tensors had before the model was wrapped for training. */
export function plainNames(file: WeightFile): WeightFile {
  const unwrapped = file.names.map((name) => name.replaceAll(WRAPPER_MEMBERS, '').replace(/^\./, ''));
  const parallel = unwrapped.length > 0 && unwrapped.every((name) => name.startsWith(PARALLEL));
  const plain = parallel ? unwrapped.map((name) => name.slice(PARALLEL.length)) : unwrapped;
  const original = new Map(plain.map((name, index) => [name, file.names[index] ?? name]));
  // Two names that differ in wrappers alone: whoever made this file meant something by it.
  if (original.size !== plain.length || plain.every((name, index) => name === file.names[index])) return file;
  const originalOf = (name: string) => original.get(name) ?? name;
  return {
    ...file,
    names: plain,
    has: (name) => original.has(name),
    tensor: (name) => ({ ...file.tensor(originalOf(name)), name }),
    read: (name) => file.read(originalOf(name)),
    readFloat32: (name) => file.readFloat32(originalOf(name)),
    float32Pieces: (name, rows) => file.float32Pieces(originalOf(name), rows),
  };
}
