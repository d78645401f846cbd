import type { StoredDtype } from '../../../../artifact/weights/stored-dtype.ts';

/**
 * What a pickle can hold here: plain data, and descriptions of tensors. There are no functions among the values, so
 * nothing that a pickle says can be run.
 */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleList
  | PickleDictionary
  | PickleGlobal
  | PickleStorage
  | PickleTensor
  | PickleOpaque;

/** A list, a tuple or a set: what tells them apart does not matter here. */
export interface PickleList {
  readonly kind: 'list';
  readonly items: PickleValue[];
}

/** A `dict`, an `OrderedDict`, or a module of a TorchScript archive with its attributes. */
export interface PickleDictionary {
  readonly kind: 'dictionary';
  /** Of a TorchScript archive: its tensors' names go on from its own. */
  readonly module?: true;
  readonly entries: Map<PickleValue, PickleValue>;
}

/** A Python name that the pickle mentions, as `torch._utils._rebuild_tensor_v2`. */
export interface PickleGlobal {
  readonly kind: 'global';
  readonly name: string;
}

/** Where a tensor's elements are: one file of the checkpoint, which several tensors may share. */
export interface PickleStorage {
  readonly kind: 'storage';
  /** The file's name below `data/`. */
  readonly key: string;
  /** Undefined for an untyped storage, which is bytes. */
  readonly dtype: StoredDtype | undefined;
  /** Elements, or bytes for an untyped storage. */
  readonly size: number;
}

/** A strided window on a storage; counted in elements. */
export interface PickleTensor {
  readonly kind: 'tensor';
  readonly storage: PickleStorage;
  readonly dtype: StoredDtype;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** A value that is understood and has no use here: a device, a dtype, a number of numpy's. */
interface PickleOpaque {
  readonly kind: 'opaque';
  readonly what: string;
}

export function isKind<K extends 'list' | 'dictionary' | 'global' | 'storage' | 'tensor' | 'opaque'>(
  kind: K,
  value: PickleValue | undefined,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value !== null && !(value instanceof Uint8Array) && value.kind === kind;
}
