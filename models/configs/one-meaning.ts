import { ModelError } from '../../dsl/index.ts';
import { sameJson, shownJson } from './same-json.ts';

/**
 * The value of what a config says under several names, as releases rename a field and keep writing the old one: the first
 * that is there.
 *
 * @param said the names with their values, undefined or null where the config says nothing, in the order in which the
 *   original believes them
 * @throws ModelError where two differ: which of them counts is another one in another release
 */
export function oneMeaning<Value>(
  model: string,
  said: Readonly<Record<string, Value | null | undefined>>,
): Value | undefined {
  const [first, ...others] = Object.entries(said).flatMap(([name, value]) =>
    value === undefined || value === null ? [] : [{ name, value }],
  );
  const other = others.find(({ value }) => !sameJson(value, first?.value));
  if (first === undefined || other === undefined) return first?.value;
  throw new ModelError(
    `The config of this ${model} model contradicts itself: ${first.name} is ${shownJson(first.value)}, but ${other.name}, which means the same, is ${shownJson(other.value)}; releases of the original differ in which counts, so make them equal.`,
  );
}
