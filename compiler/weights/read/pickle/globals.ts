import { listed, plain } from '../../../../artifact/quoted.ts';
import { STORED_BYTES, type StoredDtype } from '../../../../artifact/weights/stored-dtype.ts';
import { LIMITS } from '../../../../dsl/limits.ts';
import { PickleProblem } from './pickle-problem.ts';
import {
  isKind,
  type PickleDictionary,
  type PickleGlobal,
  type PickleList,
  type PickleTensor,
  type PickleValue,
} from './values.ts';

/** What is built when a pickle calls a Python name. It sees plain data and gives plain data. */
type Builder = (values: readonly PickleValue[]) => PickleValue;

const list = (items: PickleValue[] = []): PickleList => ({ kind: 'list', items });
const dictionary = (): PickleDictionary => ({ kind: 'dictionary', entries: new Map() });
const opaque =
  (what: string): Builder =>
  () => ({ kind: 'opaque', what });

/** `torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks, metadata)`. */
const tensor: Builder = ([storage, offset, size, stride, _requiresGrad, _hooks, metadata]) => {
  if (!isKind('storage', storage)) throw new PickleProblem('a tensor of it has no storage');
  if (storage.dtype === undefined) throw new PickleProblem('a tensor of it does not say its dtype');
  refuseUnfinished(metadata);
  return tensorOf(storage, storage.dtype, offset, size, stride);
};

/** `torch._utils._rebuild_tensor_v3`, for dtypes without a storage class of their own: the dtype is an argument. */
const tensorWithDtype: Builder = (values) => {
  const [storage, offset, size, stride, _requiresGrad, _hooks, dtype, metadata] = values;
  if (!isKind('storage', storage)) throw new PickleProblem('a tensor of it has no storage');
  const found = isKind('opaque', dtype) ? TORCH_DTYPES[dtype.what] : undefined;
  if (found === undefined) throw new PickleProblem('a tensor of it has a dtype that is not supported');
  refuseUnfinished(metadata);
  return tensorOf(storage, found, offset, size, stride);
};

/** PyTorch may store a view as its base, with a word that its values are still to be negated (`neg`) or conjugated (`conj`). */
function refuseUnfinished(metadata: PickleValue | undefined): void {
  if (!isKind('dictionary', metadata)) return;
  const marks = [...metadata.entries].flatMap(([mark, value]) => (value === false ? [] : [String(mark)]));
  if (marks.length > 0)
    throw new PickleProblem(
      `a tensor of it has other values than are stored (${listed(marks)}); save it again after calling resolve_neg() and resolve_conj() on it`,
    );
}

function tensorOf(
  storage: PickleTensor['storage'],
  dtype: StoredDtype,
  offset: PickleValue | undefined,
  size: PickleValue | undefined,
  stride: PickleValue | undefined,
): PickleTensor {
  const [shape, strides] = [wholeNumbers(size), wholeNumbers(stride)];
  const [first] = wholeNumbers(list(offset === undefined ? [] : [offset]));
  if (first === undefined || shape.length !== strides.length)
    throw new PickleProblem('the size and the strides of a tensor of it do not go together');
  return { kind: 'tensor', storage, dtype, offset: first, shape, strides };
}

function wholeNumbers(value: PickleValue | undefined): readonly number[] {
  const items = isKind('list', value) ? value.items : [undefined];
  if (items.length > LIMITS.axes.most)
    throw new PickleProblem(`a tensor of it has more than the ${LIMITS.axes.most} axes that are read`);
  return items.map((item) => {
    if (typeof item === 'number' && Number.isSafeInteger(item) && item >= 0) return item;
    throw new PickleProblem('the size, strides or offset of a tensor of it are not whole numbers');
  });
}

const first: Builder = ([value]) => value ?? null;

/** `torch.Size((2, 3))` and the like: a list of what is in it. */
const copied: Builder = ([value]) => list(isKind('list', value) ? [...value.items] : []);

/** `OrderedDict()`, or with a list of pairs. */
const ordered: Builder = ([pairs]) => {
  const made = dictionary();
  for (const pair of isKind('list', pairs) ? pairs.items : []) {
    const [key, value] = isKind('list', pair) ? pair.items : [];
    if (key !== undefined && value !== undefined) made.entries.set(key, value);
  }
  return made;
};

/** The Python names that may be called, by what is built instead: of what training checkpoints have beside weights, nothing. */
const BUILDERS: ReadonlyMap<string, Builder> = new Map([
  ['torch._utils._rebuild_tensor_v2', tensor],
  ['torch._utils._rebuild_tensor', tensor],
  ['torch._utils._rebuild_tensor_v3', tensorWithDtype],
  ['torch._utils._rebuild_parameter', first],
  ['torch._utils._rebuild_parameter_with_state', first],
  [
    'torch._tensor._rebuild_from_type_v2',
    ([, , values]) => tensor(isKind('list', values) ? values.items : []),
  ],
  ['collections.OrderedDict', ordered],
  ['collections.defaultdict', dictionary],
  ['torch.Size', copied],
  ['builtins.set', copied],
  ['__builtin__.set', copied],
  ['torch.device', opaque('torch.device')],
  ['torch.jit._pickle.build_boollist', copied],
  ['torch.jit._pickle.build_doublelist', copied],
  ['torch.jit._pickle.build_intlist', copied],
  ['torch.jit._pickle.build_tensorlist', copied],
  ['numpy.core.multiarray.scalar', opaque('numpy scalar')],
  ['numpy._core.multiarray.scalar', opaque('numpy scalar')],
  ['numpy.dtype', opaque('numpy.dtype')],
  ['_codecs.encode', opaque('bytes')],
  // What training programs keep of their command line.
  ['argparse.Namespace', opaque('arguments')],
  ['pathlib.PosixPath', opaque('path')],
  ['pathlib.PurePosixPath', opaque('path')],
  ['pathlib.WindowsPath', opaque('path')],
  // States of numpy's random numbers.
  ['numpy.core.multiarray._reconstruct', opaque('numpy array')],
  ['numpy._core.multiarray._reconstruct', opaque('numpy array')],
]);

/** Storage classes; `torch.storage.UntypedStorage` leaves the dtype to the tensor. */
export const STORAGES: ReadonlyMap<string, StoredDtype | undefined> = new Map<
  string,
  StoredDtype | undefined
>([
  ['torch.DoubleStorage', 'float64'],
  ['torch.FloatStorage', 'float32'],
  ['torch.HalfStorage', 'float16'],
  ['torch.BFloat16Storage', 'bfloat16'],
  ['torch.LongStorage', 'int64'],
  ['torch.IntStorage', 'int32'],
  ['torch.ShortStorage', 'int16'],
  ['torch.CharStorage', 'int8'],
  ['torch.ByteStorage', 'uint8'],
  ['torch.BoolStorage', 'bool'],
  ['torch.storage.UntypedStorage', undefined],
  ['torch.UntypedStorage', undefined],
]);

const TORCH_DTYPES: Readonly<Record<string, StoredDtype>> = Object.fromEntries([
  ...Object.keys(STORED_BYTES).map((dtype) => [`torch.${dtype}`, dtype]),
]);

/** Names that are mentioned as values and not called. */
const VALUES: ReadonlySet<string> = new Set([
  ...Object.keys(TORCH_DTYPES),
  'torch.strided',
  'torch.preserve_format',
  'torch.contiguous_format',
  'torch.per_tensor_affine',
  // The class of `nn.Parameter` subclasses without behaviour of their own, which `_rebuild_from_type_v2` is given.
  'torch.nn.parameter.Parameter',
  'torch.Tensor',
  'numpy.ndarray',
  // What a `defaultdict` makes its values with; they are never made.
  ...['bool', 'dict', 'float', 'int', 'list', 'long', 'str', 'tuple'].flatMap((type) => [
    `builtins.${type}`,
    `__builtin__.${type}`,
  ]),
]);

/** Classes of a TorchScript archive: modules, which are dictionaries of their attributes. */
const SCRIPT_MODULE = /^__torch__\./;

/**
 * The value of a Python name that a pickle mentions.
 *
 * @throws PickleProblem for every name that is not in the tables above: nothing else is built, and nothing is called
 */
export function globalValue(name: string): PickleValue {
  if (VALUES.has(name)) return { kind: 'opaque', what: name };
  if (BUILDERS.has(name) || STORAGES.has(name) || SCRIPT_MODULE.test(name)) return { kind: 'global', name };
  throw new PickleProblem(
    `it asks for ${plain(name)}, and only tensors and plain data are read; nothing was executed: save the weights alone, with torch.save(model.state_dict(), …)`,
  );
}

/** What a call of a Python name builds. */
export function callGlobal({ name }: PickleGlobal, values: readonly PickleValue[]): PickleValue {
  const builder = BUILDERS.get(name);
  if (builder !== undefined) return builder(values);
  if (SCRIPT_MODULE.test(name)) return { ...dictionary(), module: true };
  throw new PickleProblem(`it calls ${plain(name)}, which is not understood`);
}
