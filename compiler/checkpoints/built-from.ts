import { UserError } from '../../artifact/user-error.ts';
import { ModelError } from '../../dsl/index.ts';

/**
 * What `build` makes of a config's sizes. Where they do not go together the file is to blame, and not the line of this
 * project that puts them in.
 *
 * @param file the config, as the user can find it
 * @throws UserError naming the file, with the rule that its sizes break
 */
export function builtFrom<Built>(file: string, build: () => Built): Built {
  try {
    return build();
  } catch (error) {
    if (!(error instanceof ModelError) || error.callSite === undefined) throw error;
    throw new UserError(`The sizes in ${file} do not go together: ${error.sentence.replace(/\.$/, '')}.`);
  }
}
