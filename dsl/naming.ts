import { isParameter } from './parameter.ts';
import { currentScope } from './scope.ts';
import type { ParameterInfo } from './tensor.ts';

/** The parameters of a model by the names that their places give them. */
export interface NamedParameters {
  /** Every parameter once. */
  readonly parameters: ReadonlyMap<string, ParameterInfo>;
  /** Further places of tied parameters: alias -> name. */
  readonly aliases: ReadonlyMap<string, string>;
}

const paths = new WeakMap<object, string>();

/**
 * Names every parameter under a tree of blocks, arrays and plain objects by the own properties that lead to it:
 * `perceiver.layers.0.attention.to_q.weight`. A block stands for its parts. A parameter that is reached twice (tied
 * weights) keeps its first name; its later places become aliases. Blocks remember their paths for `scopeOf`.
 */
export function nameParameters(tree: object, prefix = ''): NamedParameters {
  const parameters = new Map<string, ParameterInfo>();
  const aliases = new Map<string, string>();
  const names = new Map<ParameterInfo, string>();
  visit(tree, prefix, new Set(), {
    parameter(info, path) {
      const first = names.get(info);
      if (first !== undefined) {
        aliases.set(path, first);
        return;
      }
      info.name = path;
      names.set(info, path);
      parameters.set(path, info);
    },
    block(block, path) {
      if (!paths.has(block)) paths.set(block, path);
    },
  });
  return { parameters, aliases };
}

/** Marks every parameter under a tree as not to be trained, and returns the tree. */
export function frozen<T extends object>(tree: T): T {
  return markTrainable(tree, false);
}

/** Undoes `frozen` for a tree within what it froze: new token embeddings, for one. */
export function unfrozen<T extends object>(tree: T): T {
  return markTrainable(tree, true);
}

function markTrainable<T extends object>(tree: T, trainable: boolean): T {
  visitParameters(tree, (info) => {
    info.trainable = trainable;
  });
  return tree;
}

/** Calls `change` with every parameter under a tree; one that is reached by several ways, several times. */
export function visitParameters(tree: object, change: (info: ParameterInfo) => void): void {
  visit(tree, '', new Set(), { parameter: change, block() {} });
}

/**
 * The name of a block within the blocks being called: its path without theirs (`layers.0.attention` inside
 * `perceiver`), or `fallback` for a block that no naming has reached.
 */
export function scopeOf(block: object, fallback: string): string {
  const path = paths.get(block);
  if (path === undefined) return fallback;
  const outer = `${currentScope().join('.')}.`;
  return path.startsWith(outer) ? path.slice(outer.length) : path;
}

interface Visitor {
  parameter(info: ParameterInfo, path: string): void;
  block(block: object, path: string): void;
}

/** `open` holds the objects on the way here: one that contains itself is not entered again. */
function visit(value: unknown, path: string, open: Set<object>, visitor: Visitor): void {
  if (isParameter(value)) return visitor.parameter(value.source.parameter, path);
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null || open.has(value)) return;
  if (typeof value === 'function') {
    if (!('parts' in value)) return;
    visitor.block(value, path);
    visit(value.parts, path, open, visitor);
    return;
  }
  open.add(value);
  for (const [key, child] of Object.entries(value))
    visit(child, path === '' ? key : `${path}.${key}`, open, visitor);
  open.delete(value);
}
