import type { MediaWayDefinition } from '../../artifact/media/way.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { OwnWay } from './way.ts';

/**
 * The addresses of the modules that run ways of one's own, by which a thread finds them.
 *
 * @throws UserError for a way that does not say which module that is
 */
export function modulesOf(ways: readonly MediaWayDefinition[]): readonly string[] {
  return ways.map(({ way, run }) => {
    if (run !== undefined) return run.href;
    throw new UserError(
      `The way of media '${way}' does not say which module runs it: give its URL to defineMediaWay, new URL('./${way}-run.js', import.meta.url).`,
    );
  });
}

/**
 * Imports modules that run ways of media.
 *
 * @param importModule imports a module by its address
 * @throws UserError for a module that cannot be imported, or that exports no way
 */
export async function loadOwnWays(
  modules: readonly string[],
  importModule: (address: string) => Promise<Readonly<Record<string, unknown>>>,
): Promise<readonly OwnWay[]> {
  return Promise.all(
    modules.map(async (address) => {
      const exports = await importModule(address).catch((error: unknown) => {
        const reason = error instanceof Error ? error.message.split('\n', 1)[0] : String(error);
        throw new UserError(
          `The module that runs a way of media, ${address}, cannot be imported (${reason?.replace(/\.$/, '')}): correct it, or the URL in its definition.`,
        );
      });
      if (isOwnWay(exports.default)) return exports.default;
      throw new UserError(
        `The module ${address} exports no way of media as its default: export default runMediaWay(definition, …).`,
      );
    }),
  );
}

function isOwnWay(value: unknown): value is OwnWay {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'media-way';
}
