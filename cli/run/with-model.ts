import type { Provider } from '../../artifact/provider.ts';
import type { GenerationMode } from '../../runtime/generation-mode.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import { warmThread } from '../../runtime/worker/start-thread.ts';
import type { CommandContext } from '../command.ts';
import { noteWeights } from '../note-weights.ts';

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
  const thread = context.thread ?? warmThread();
  const load = async () => {
    const [folder, { loadInThread }, { projectWays }] = await Promise.all([
      given ?? import('../default-model.ts').then(({ defaultModel }) => defaultModel(context)),
      import('../../runtime/load-in-thread.ts'),
      import('../project-ways.ts'),
    ]);
    const ways = await projectWays(folder);
    const waiting = report.waiting('Loading the model');
    const options = {
      ...{ provider, pixels, ways },
      ...(device && { devices: device }),
      ...(generation && { generation }),
      ...(profile && { profile }),
    };
    return loadInThread(thread.start, folder, options).finally(() => waiting.stop());
  };
  const model = await load().catch(async (error: unknown) => {
    await thread.end();
    throw error;
  });
  try {
    noteWeights(model.manifest, 'the answer means nothing', report);
    return await use(model);
  } finally {
    await model.close();
  }
}
