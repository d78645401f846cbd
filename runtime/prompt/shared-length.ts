/** How many entries two lists begin with in common, of so many at most. */
export function sharedLength<Entry>(
  a: readonly Entry[],
  b: readonly Entry[],
  most = Math.min(a.length, b.length),
): number {
  const end = Math.min(most, a.length, b.length);
  let length = 0;
  while (length < end && a[length] === b[length]) length += 1;
  return length;
}
