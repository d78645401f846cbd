import type { Attributes, Operation, Tensor } from '../../dsl/tensor.ts';
import { sameValue, type Value } from './value.ts';

/**
 * What the names of a rule stand for so far, and the operations that matched. Immutable: a matcher that tries several
 * orders or choices goes back by holding on to an earlier one.
 */
export class Bindings {
  static readonly NONE = new Bindings(new Map(), new Map(), new Set(), {});

  private constructor(
    readonly tensors: ReadonlyMap<string, Tensor | undefined>,
    readonly values: ReadonlyMap<string, Value>,
    /** Operations that the replacement makes superfluous: all that matched but those written `shared`. */
    readonly owned: ReadonlySet<Operation>,
    /** The attributes that `...` stands for. */
    readonly rest: Attributes,
  ) {}

  /** Undefined when the name already stands for another tensor. */
  withTensor(name: string, tensor: Tensor | undefined): Bindings | undefined {
    if (this.tensors.has(name)) return this.tensors.get(name) === tensor ? this : undefined;
    return new Bindings(new Map(this.tensors).set(name, tensor), this.values, this.owned, this.rest);
  }

  /** Undefined when the name already stands for another value. */
  withValue(name: string, value: Value): Bindings | undefined {
    const known = this.values.get(name);
    if (known !== undefined) return sameValue(known, value) ? this : undefined;
    return new Bindings(this.tensors, new Map(this.values).set(name, value), this.owned, this.rest);
  }

  withOwned(operation: Operation): Bindings {
    return new Bindings(this.tensors, this.values, new Set(this.owned).add(operation), this.rest);
  }

  withRest(rest: Attributes): Bindings {
    return new Bindings(this.tensors, this.values, this.owned, { ...this.rest, ...rest });
  }
}
