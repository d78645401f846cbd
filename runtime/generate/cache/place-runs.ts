/** Places of a cache that follow each other, from `first` up to `end`. */
export type Run = { readonly first: number; readonly end: number };

/** How many places they are. */
export function placesOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { first, end }) => sum + end - first, 0);
}

/** The same places in as few runs as can be. */
export function joinedRuns(runs: readonly Run[]): readonly Run[] {
  const joined: Run[] = [];
  for (const { first, end } of runs) {
    const last = joined.at(-1);
    if (first >= end) continue;
    if (last?.end === first) joined[joined.length - 1] = { first: last.first, end };
    else joined.push({ first, end });
  }
  return joined;
}

/** Of the places, in their order, those from the number `first` up to `end`. */
export function sliceRuns(runs: readonly Run[], first: number, end: number): readonly Run[] {
  let before = 0;
  const parts = runs.map((run) => {
    const from = run.first - before;
    before += run.end - run.first;
    return { first: Math.max(run.first, from + first), end: Math.min(run.end, from + end) };
  });
  return joinedRuns(parts);
}

/** Where flags are set. */
export function runsOf(flags: Uint8Array): readonly Run[] {
  const runs: Run[] = [];
  for (let first = flags.indexOf(1); first >= 0; ) {
    const after = flags.indexOf(0, first);
    const end = after < 0 ? flags.length : after;
    runs.push({ first, end });
    first = flags.indexOf(1, end);
  }
  return runs;
}
