import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { InferenceSession, type Tensor } from '../../runtime/onnx-runtime.ts';

const event = z.object({
  cat: z.string(),
  name: z.string(),
  args: z.object({ provider: z.string().optional(), op_name: z.string().optional() }).optional(),
});

/** One run of a model, and the provider that ran each of its nodes by ONNX Runtime's own profile. */
export interface PlacedRun {
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** `CPU`, `CUDA` or `WebGpu` by the node's name. */
  readonly providers: ReadonlyMap<string, string>;
}

/** Runs a model once on a provider, exactly as it is written. */
export async function runPlaced(
  model: Uint8Array,
  provider: string,
  feeds: Readonly<Record<string, Tensor>>,
): Promise<PlacedRun> {
  const folder = await mkdtemp(join(tmpdir(), 'placement-'));
  try {
    const session = await InferenceSession.create(model, {
      executionProviders: [provider],
      graphOptimizationLevel: 'disabled',
      intraOpNumThreads: 1,
      logSeverityLevel: 4,
      enableProfiling: true,
      profileFilePrefix: join(folder, 'profile'),
    });
    try {
      const used = session.inputNames.flatMap((name) => {
        const tensor = feeds[name];
        return tensor === undefined ? [] : [[name, tensor] as const];
      });
      const outputs = await session.run(Object.fromEntries(used)).finally(() => session.endProfiling());
      const [file = ''] = await readdir(folder);
      return { outputs, providers: providersOf(await readFile(join(folder, file), 'utf8')) };
    } finally {
      await session.release();
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

const RAN = /_kernel_time$/;

/** What the name of a node ends in that a provider has converted to its own order of axes. */
const CONVERTED = /_token_\d+$/;

function providersOf(profile: string): ReadonlyMap<string, string> {
  const events: unknown = JSON.parse(profile);
  const nodes = z.array(event).parse(events);
  return new Map(
    nodes.flatMap(({ cat, name, args }) =>
      cat === 'Node' && RAN.test(name) && args?.provider !== undefined
        ? [
            [
              name.replace(RAN, '').replace(CONVERTED, ''),
              args.provider.replace(/ExecutionProvider$/, ''),
            ] as const,
          ]
        : [],
    ),
  );
}
