import type { Benchmark } from '../../../runtime/evaluate/benchmark/benchmark.ts';
import { BENCHMARKS } from '../../../runtime/evaluate/benchmark/benchmark-registry.ts';
import {
  modelIdentity,
  PROTOCOL_DEFAULTS,
  type Settings,
} from '../../../runtime/evaluate/benchmark/run/settings.ts';
import { compiledModel } from '../../runtime/compiled-model.ts';

export function benchmarkOf(name: string): Benchmark {
  const found = BENCHMARKS.find((benchmark) => benchmark.name === name);
  if (found === undefined) throw new Error(`there is no benchmark ${name}`);
  return found;
}

/** Settings of a run on the small compiled model, with short answers. */
export async function settingsOf(
  name: string,
  data: string,
  split: string,
  more: Partial<Settings> = {},
): Promise<Settings> {
  const protocol = more.protocol ?? 'paper';
  const { normalise, endOfChunk, beams, support } = PROTOCOL_DEFAULTS[protocol];
  return {
    ...{ benchmark: name, split, data, protocol, normalise, endOfChunk, beams, support },
    model: await modelIdentity(await compiledModel(), 'small'),
    ...{ select: 'random', ensemble: 1, maxNewTokens: 4, frames: 2, assistant: null, pixels: 'shown' },
    ...more,
  };
}
