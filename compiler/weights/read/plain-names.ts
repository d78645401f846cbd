import { plain } from '../../../artifact/quoted.ts';
import { UserError } from '../../../artifact/user-error.ts';
import type { WeightFile } from '../../../artifact/weights/weight-file.ts';

/** What distributed training, compilation and activation checkpointing put into the names of a model's tensors. */
const WRAPPER_MEMBERS =
  /(^|\.)(_orig_mod|_fsdp_wrapped_module|_checkpoint_wrapped_module|_fpw_module)(?=\.)/g;

/** `nn.DataParallel`'s and `DistributedDataParallel`'s prefix: it is one only if every name has it. */
const PARALLEL = 'module.';

/**
 * How the names of the originals' own models begin, and of this project's. A training program that holds a model as
 * one of its attributes (Lightning's `self.model`, DeepSpeed's and Fabric's `_forward_module`) saves it with the
 * attribute's name before them.
 */
const BEGINNINGS =
  /^(perceiver|lang_encoder|vision_encoder|model|transformer|gpt_neox|decoder|lm_head|embed_out|vision_model|text_model|visual_projection|text_projection|logit_scale|vision|language|cross_attention)(\.|$)/;

/** A beginning that is an attribute's name too; the others would lose what tells them apart. */
const MODEL = 'model.';

/** What FSDP calls the weights of a module when each process saves its own piece of them, in one row. */
const FLAT = /(^|\.)_?flat_param(eter)?(_\d+)?$/;

/**
 * A file under the names that its tensors had before the model was wrapped for training.
 *
 * @throws UserError for what holds no tensors of the model's, but pieces of them
 */
export function plainNames(file: WeightFile): WeightFile {
  const flat = file.names.find((name) => FLAT.test(name));
  if (flat !== undefined) {
    throw new UserError(
      `${file.path} has ${plain(flat)}, a process's piece of a model that FSDP had in shards, instead of its tensors; save it with StateDictType.FULL_STATE_DICT.`,
    );
  }
  const names = withoutPrefix(
    file.names.map((name) => name.replaceAll(WRAPPER_MEMBERS, '').replace(/^\./, '')),
  );
  const original = new Map(names.map((name, index) => [name, file.names[index] ?? name]));
  // Two names that differ in wrappers alone: whoever made this file meant something by it.
  if (original.size !== names.length || names.every((name, index) => name === file.names[index])) return file;
  const originalOf = (name: string) => original.get(name) ?? name;
  return {
    ...file,
    names,
    has: (name) => original.has(name),
    tensor: (name) => ({ ...file.tensor(originalOf(name)), name }),
    read: (name) => file.read(originalOf(name)),
    readFloat32: (name) => file.readFloat32(originalOf(name)),
    float32Pieces: (name, rows) => file.float32Pieces(originalOf(name), rows),
  };
}

/** The names without what wrappers put before all of them, one inside another. */
function withoutPrefix(names: readonly string[]): readonly string[] {
  const [first = ''] = names;
  const prefix = first.slice(0, first.indexOf('.') + 1);
  if (prefix === '' || !names.every((name) => name.startsWith(prefix))) return names;
  const rest = names.map((name) => name.slice(prefix.length));
  const isAttribute = prefix === MODEL || !BEGINNINGS.test(prefix);
  if (prefix === PARALLEL || (isAttribute && rest.every((name) => BEGINNINGS.test(innermost(name)))))
    return withoutPrefix(rest);
  return names;
}

/** A name below further wrappers. */
function innermost(name: string): string {
  return name.replace(/^(module\.|_forward_module\.)+/, '');
}
