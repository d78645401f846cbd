import type { Provider } from '../../artifact/provider.ts';
import type { GenerationMode } from '../../runtime/generation-mode.ts';
import type { FlamingoModel } from '../../runtime/model.ts';
import type { StartThread } from '../../runtime/worker/client.ts';
import type { CommandContext } from '../command.ts';
import { folderBytes } from '../folder-bytes.ts';
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
 * Bytes of a model that computes in this program's own thread: each of its runs is over before Ctrl-C is missed. A thread
 * takes longer to be started than such a model to answer.
 */
const SMALL = 32 * 2 ** 20;

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
  const [folder, { loadInThread }, { projectWays }] = await Promise.all([
    given ?? import('../default-model.ts').then(({ defaultModel }) => defaultModel(context)),
    import('../../runtime/load-in-thread.ts'),
    import('../project-ways.ts'),
  ]);
  const ways = await projectWays(folder);
  const start = await starting(folder, provider);
  const waiting = report.waiting('Loading the model');
  const options = {
    ...{ provider, pixels, ways },
    ...(device && { devices: device }),
    ...(generation && { generation }),
    ...(profile && { profile }),
  };
  const model = await loadInThread(start, folder, options).finally(() => waiting.stop());
  try {
    noteWeights(model.manifest, 'the answer means nothing', report);
    return await use(model);
  } finally {
    await model.close();
  }
}

async function starting(folder: string, provider: Provider): Promise<StartThread> {
  // What is wrong with the folder is said where it is opened.
  const bytes = await folderBytes(folder).catch(() => 0);
  if (provider !== 'cpu' || bytes > SMALL)
    return (await import('../../runtime/worker/start-thread.ts')).startThread();
  // It loads ONNX Runtime while this thread loads all else.
  const { GraphThread } = await import('../../runtime/graph-thread/graph-thread.ts');
  const beside = new GraphThread();
  return (await import('../../runtime/worker/start-here.ts')).startHere(beside);
}
