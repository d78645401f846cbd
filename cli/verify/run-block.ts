import type { Provider } from '../../artifact/provider.ts';
import { InferenceSession, Tensor as RuntimeTensor } from '../../runtime/onnx-runtime.ts';
import { runtimeProvider } from '../../runtime/provider/index.ts';
import { sessionRefusal } from '../../runtime/session/session-refusal.ts';
import type { PortGroup } from './check-ports.ts';

export type Feeds = Readonly<Record<string, RuntimeTensor>>;

/**
 * The stored values of a group of tensors, as ONNX Runtime takes them.
 *
 * @param prefix put before each name
 */
export async function readFeeds({ file, rules }: PortGroup, prefix = ''): Promise<Feeds> {
  const feeds: Record<string, RuntimeTensor> = {};
  for (const name of file.names) {
    const { shape } = file.tensor(name);
    if (rules[name]?.dtype === 'bool') {
      const values = Uint8Array.from(await file.read(name), (value: number | bigint) =>
        Number(value) === 0 ? 0 : 1,
      );
      feeds[prefix + name] = new RuntimeTensor('bool', values, [...shape]);
    } else {
      feeds[prefix + name] = new RuntimeTensor('float32', await file.readFloat32(name), [...shape]);
    }
  }
  return feeds;
}

export async function runModel(
  model: Uint8Array,
  feeds: Feeds,
  provider: Provider = 'cpu',
): Promise<ReadonlyMap<string, RuntimeTensor>> {
  const runs = runtimeProvider(provider);
  runs.check();
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(model, { executionProviders: [provider], logSeverityLevel: 4 });
  } catch (error) {
    throw sessionRefusal('the block', runs, error);
  }
  try {
    return new Map(Object.entries(await session.run(feeds)));
  } finally {
    await session.release();
  }
}
