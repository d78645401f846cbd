/** A block that was being called when an operation was applied. */
export interface BlockCall {
  readonly block: object;
  /** What the block is called where it has no place: its kind. In a program's graphs, its name there. */
  readonly name: string;
}

/** The blocks being called, outermost first. */
export type Scope = readonly BlockCall[];

/** The scope of a model that is being traced; operations remember it for their names. */
let scope: Scope = Object.freeze([]);

export function currentScope(): Scope {
  return scope;
}

/** Runs `body` with one more block in the scope; the scope is restored whether or not it throws. */
export function withinScope<R>(call: BlockCall, body: () => R): R {
  return inScope(Object.freeze([...scope, Object.freeze(call)]), body);
}

/** Runs `body` in exactly this scope: for what the compiler builds in place of an operation of the author. */
export function inScope<R>(blocks: Scope, body: () => R): R {
  const outer = scope;
  scope = blocks;
  try {
    return body();
  } finally {
    scope = outer;
  }
}
