/** A map that cannot be changed by anybody: what a program holds is shared by all who read it. */
export function readOnlyMap<K, V>(entries: Iterable<readonly [K, V]>): ReadonlyMap<K, V> {
  const map = new Map(entries);
  const refuse = (): never => {
    throw new TypeError('this map is read-only; make a new one');
  };
  return Object.freeze(Object.assign(map, { set: refuse, delete: refuse, clear: refuse }));
}

/**
 * Plain data as a value that cannot be changed: arrays and plain objects are copied and frozen, all the way down.
 * What is frozen already, functions, typed arrays and instances of classes are taken as they are.
 */
export function frozenCopy<T>(value: T): T;
export function frozenCopy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (Array.isArray(value)) return Object.freeze(value.map((child) => frozenCopy(child)));
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.freeze(
    Object.fromEntries(Object.entries(value).map(([key, child]) => [key, frozenCopy(child)])),
  );
}
