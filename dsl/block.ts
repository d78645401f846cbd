// Temporary run-time-only version by the lead, so that models run; the owner of dsl/block.ts replaces it.
import { withinScope } from './scope.ts';
import type { Tensor } from './tensor.ts';
import { pathOf } from './naming.ts';
// biome-ignore lint/suspicious/noExplicitAny: temporary
type Any = any;
export function block(name: string, spec: Any): Any {
  return (config: Any = {}) => {
    const instance: Any = (...inputs: (Tensor | undefined)[]) =>
      withinScope(pathOf(instance) ?? name, () => spec.forward({ parts: instance.parts, sizes: config, options: config }, ...inputs));
    instance.parts = spec.parts(config, config);
    return instance;
  };
}
