/** Places by which the room grows: each time all that is stored is copied, and unused room is looked at in vain. */
export const ROOM_STEP = 64;

/** What a row holds: its tokens stand in its first places, one behind the other. */
export interface CacheRow {
  readonly length: number;
  /** Tokens that it may come to have. */
  readonly most: number;
  readonly origin: Origin;
}

/** Rows that were one begin with the same tokens: so many as it had when it was first repeated; undefined: it never was. */
type Origin = { shared: number | undefined };

/** What has to be copied for one row to become what another was. */
export interface RowMove {
  readonly to: number;
  readonly from: number;
  /** The first place that the two do not share. */
  readonly start: number;
  /** Places of the row that is copied. */
  readonly length: number;
}

/** @param mostLength tokens that each row may come to have, or all of them */
export function emptyRows(rows: number, mostLength: number | readonly number[]): readonly CacheRow[] {
  return Array.from({ length: rows }, (_, row) => ({
    length: 0,
    most: typeof mostLength === 'number' ? mostLength : (mostLength[row] ?? 0),
    origin: { shared: undefined },
  }));
}

/** Places that hold the longest of the rows. */
export function roomFor(rows: readonly CacheRow[]): number {
  const longest = rows.reduce((most, { length }) => Math.max(most, length), 0);
  return Math.min(mostOf(rows), Math.ceil(longest / ROOM_STEP) * ROOM_STEP);
}

/**
 * As `roomFor`, of rows that have to fit.
 *
 * @param least places that are needed in any case
 * @throws for a row of more tokens than it may have
 */
export function roomNeeded(rows: readonly CacheRow[], least = 0): number {
  const full = rows.find(({ length, most }) => length > most);
  if (full !== undefined)
    throw new Error(`the cache has room for ${full.most} tokens and ${full.length} are needed`);
  return Math.max(roomFor(rows), Math.min(mostOf(rows), Math.ceil(least / ROOM_STEP) * ROOM_STEP));
}

/**
 * What has to be copied for row i to become what row `rows[i]` was.
 *
 * @param sharedPlaces the first places of two rows that were filled with the same
 */
export function rowMoves(
  before: readonly CacheRow[],
  rows: readonly number[],
  sharedPlaces: (to: number, from: number) => number,
): readonly RowMove[] {
  return [...rows.entries()]
    .filter(([to, from]) => to !== from)
    .map(([to, from]) => {
      const { origin, length } = before[from] ?? { origin: undefined, length: 0 };
      const shared = before[to]?.origin === origin ? (origin?.shared ?? 0) : 0;
      return { to, from, length, start: Math.max(shared, sharedPlaces(to, from)) };
    });
}

/** Marks the rows that there are several of from now on: what they have now they share. */
export function markRepeated(before: readonly CacheRow[], rows: readonly number[]): void {
  for (const [index, row] of rows.entries()) {
    const { origin, length } = before[row] ?? {};
    if (origin !== undefined && rows.indexOf(row) !== index) origin.shared ??= length;
  }
}

function mostOf(rows: readonly CacheRow[]): number {
  return rows.reduce((largest, row) => Math.max(largest, row.most), 0);
}
