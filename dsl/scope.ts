/** The blocks being called while a model is traced, outermost first; operations remember it for their names. */
let scope: readonly string[] = [];

export function currentScope(): readonly string[] {
  return scope;
}

/** Runs `body` with one more name in the scope; the scope is restored whether or not it throws. */
export function withinScope<R>(name: string, body: () => R): R {
  const outer = scope;
  scope = [...outer, name];
  try {
    return body();
  } finally {
    scope = outer;
  }
}

/** Runs `body` in exactly this scope: for what the compiler builds in place of an operation of the author. */
export function inScope<R>(names: readonly string[], body: () => R): R {
  const outer = scope;
  scope = names;
  try {
    return body();
  } finally {
    scope = outer;
  }
}
