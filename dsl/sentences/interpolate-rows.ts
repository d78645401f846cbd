/** What `interpolateRows` says. */

export const ROWS = 'interpolateRows: rows must be [count, dim] with a known count, but it is {rows}';
