import { ModelError } from '../../dsl/index.ts';
import { recordOf } from './original-config.ts';
import { shownJson } from './same-json.ts';

/**
 * Refuses the config of a vision encoder of another kind, most of whose fields have the same names.
 *
 * @param name what people call the kind that was expected
 * @param kinds its values of `model_type`; one that is left out says nothing
 * @throws ModelError for another
 */
export function refuseOtherKind(config: unknown, name: string, kinds: readonly string[]): void {
  const type = recordOf(config)?.model_type;
  if (type === undefined || kinds.some((kind) => kind === type)) return;
  throw new ModelError(
    `The config of the vision encoder is of model_type ${shownJson(type)}; known are ${kinds.join(', ')}, so give the folder of a ${name} model.`,
  );
}
