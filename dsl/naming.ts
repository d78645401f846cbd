// Temporary, see block.ts.
import { isParameter } from './parameter.ts';
import type { ParameterInfo } from './tensor.ts';
// biome-ignore lint/suspicious/noExplicitAny: temporary
type Any = any;
const paths = new WeakMap<object, string>();
export const pathOf = (instance: object) => paths.get(instance);
export function nameParameters(tree: Any) {
  const parameters = new Map<string, ParameterInfo>();
  const aliases = new Map<string, string>();
  const walk = (value: Any, path: string): void => {
    if (isParameter(value)) {
      const info = value.source.parameter;
      if (info.name !== undefined) aliases.set(path, info.name);
      else { info.name = path; parameters.set(path, info); }
      return;
    }
    if (typeof value === 'function' && value.parts) { paths.set(value, path); return walk(value.parts, path); }
    if (typeof value === 'object' && value !== null) for (const [key, child] of Object.entries(value)) walk(child, path === '' ? key : `${path}.${key}`);
  };
  walk(tree, '');
  return { parameters, aliases };
}
