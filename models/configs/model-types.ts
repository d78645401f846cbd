/**
 * How the models of some families are made, by the `model_type` of the original's `config.json`; of two with the same the
 * last counts.
 */
export function modelTypes<Make>(
  families: readonly { readonly models: Readonly<Record<string, Make>> }[],
): Readonly<Record<string, Make>> {
  return Object.assign({}, ...families.map(({ models }) => models));
}
