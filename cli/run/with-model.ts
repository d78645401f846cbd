import type { Provider } from '../../artifact/provider.ts';
import type { GenerationMode } from '../../runtime/generate/generation-mode.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import type { CommandContext } from '../command.ts';
import { defaultModel } from '../default-model.ts';
import { projectWays } from '../project-ways.ts';

export interface ModelFlags {
  readonly provider: Provider;
  /** Numbers of cards. */
  readonly device?: readonly number[];
  readonly pixels: 'shown' | 'pillow';
  readonly generation?: GenerationMode;
  readonly profile?: true;
}

/**
 * Loads a model, says where it is not trained, and closes it after its use.
 *
 * @param given its folder; the small model that ships where it is left out
 */
export async function withModel<R>(
  given: string | undefined,
  { provider, device, pixels, generation, profile }: ModelFlags,
  context: CommandContext,
  use: (model: FlamingoModel) => Promise<R>,
): Promise<R> {
  const { report } = context;
  // The runtime is loaded while the files of the model that ships are compared.
  const [folder, { loadFlamingo }] = await Promise.all([
    given ?? defaultModel(context),
    import('../../runtime/load-flamingo.ts'),
  ]);
  const ways = await projectWays(folder);
  const waiting = report.waiting('Loading the model');
  const options = {
    ...{ provider, pixels, ways },
    ...(device && { devices: device }),
    ...(generation && { generation }),
    ...(profile && { profile }),
  };
  const model = await loadFlamingo(folder, options).finally(() => waiting.stop());
  try {
    const { origin, seed } = model.manifest.parameters;
    if (origin !== 'loaded') {
      const part = origin === 'mixed' ? 'Some of the weights are' : 'The weights are';
      report.note(`${part} drawn from seed ${seed}, not trained: the answer means nothing.`);
    }
    return await use(model);
  } finally {
    await model.close();
  }
}
