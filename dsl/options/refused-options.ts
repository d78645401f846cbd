import { sentence } from '../errors/sentence.ts';
import { fail } from '../operator.ts';
import { GROUP, NO_OPTION } from '../sentences/options.ts';
import { isOfKind, isOptionKind, shownValue } from './option-kinds.ts';

/**
 * Refuses options that are not among the known ones, and those that cannot be what they are.
 *
 * @param where whose options they are, for the sentence
 * @param known as `refuseUnknownOptions` takes them
 * @throws ModelError
 */
export function refuseUnknown(where: string, options: object, known: object): void {
  const kinds = new Map<string, unknown>(Object.entries(known));
  for (const [name, value] of Object.entries(options)) {
    const kind = kinds.get(name);
    if (kind === undefined) fail(sentence(NO_OPTION, { where, name }));
    if (value !== undefined) refuseOther(where, name, value, kind);
  }
}

/**
 * Refuses values of another kind than the known options have, whatever else there is.
 *
 * @throws ModelError
 */
export function refuseWrongKinds(where: string, options: object, known: object): void {
  const kinds = new Map<string, unknown>(Object.entries(known));
  for (const [name, value] of Object.entries(options)) {
    if (value !== undefined && kinds.has(name)) refuseOther(where, name, value, kinds.get(name));
  }
}

function refuseOther(where: string, name: string, value: unknown, kind: unknown): void {
  if (Array.isArray(kind)) {
    if (!kind.includes(value))
      fail(
        `${where}: ${name} must be ${kind.join(' or ')}, but it is ${typeof value === 'string' ? value : shownValue(value)}`,
      );
  } else if (isOptionKind(kind)) {
    if (!isOfKind(value, kind)) fail(`${where}: ${name} must be ${kind}, but it is ${shownValue(value)}`);
  } else if (typeof kind === 'object' && kind !== null && typeof value !== 'function') {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      fail(`${where}: ${name} must be a group of options, but it is ${shownValue(value)}`);
    else refuseUnknown(sentence(GROUP, { where, group: name }), value, kind);
  }
}
