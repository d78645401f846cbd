import type { LanguageSettings } from '../artifact/manifest.ts';
import type { Provider } from '../artifact/provider.ts';
import { UserError } from '../artifact/user-error.ts';

/** What writes answers: the graph of whole answers, or a run of the language graph for each token. */
export const GENERATION_MODES = ['graph', 'steps'] as const;

export type GenerationMode = (typeof GENERATION_MODES)[number];

/**
 * Providers whose caches go to the device and back at every run of a graph: there a graph of whole answers is the only way
 * to keep them. Elsewhere steps are as fast, and let requests join and leave at each token.
 */
const COPIES_CACHES: Readonly<Record<Provider, boolean>> = { cpu: false, cuda: true, webgpu: false };

/**
 * What writes the answers of a model. Beams and scores always go by steps.
 *
 * @param asked default: the graph where the model has one and the provider is faster with it
 * @throws UserError where a graph is asked for that the model has not
 */
export function generationMode(
  { generation }: LanguageSettings,
  provider: Provider,
  asked?: GenerationMode,
): GenerationMode {
  if (asked === 'graph' && generation === undefined) {
    throw new UserError(
      `Answers were to be written by one graph, but the model has none that does: compile it with --generation, or choose 'steps'.`,
    );
  }
  return asked ?? (generation === true && COPIES_CACHES[provider] ? 'graph' : 'steps');
}
