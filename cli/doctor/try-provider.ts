import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeTemporaryFolder } from '../../artifact/folder/temporary-folder.ts';
import type { Provider } from '../../artifact/provider.ts';
import { UserError } from '../../artifact/user-error.ts';

const trialSchema = z.strictObject({
  /** Why it does not work; null where it does. */
  problem: z.string().nullable(),
  /** What this build of ONNX Runtime could start, by its own word. */
  known: z.array(z.string()),
});

/** What came of trying a provider. */
export type Trial = z.infer<typeof trialSchema>;

/** A provider that hangs is given up after so long, in milliseconds: CUDA's first start on a slow disk takes some ten seconds. */
const LONGEST = 120_000;

/**
 * Compiles a graph for a provider, and runs it there, in a process of its own: a driver that does not fit can end a
 * process without a word.
 *
 * @param program The script that is this command line.
 */
export async function tryProvider(
  provider: Provider,
  signal: AbortSignal,
  program = process.argv[1] ?? '',
): Promise<Trial> {
  const words = [program, 'doctor', '--try', provider];
  const options = { timeout: LONGEST, killSignal: 'SIGKILL', signal } as const;
  return new Promise((resolve, reject) => {
    execFile(process.execPath, words, options, (error, stdout, stderr) => {
      if (signal.aborted) return reject(signal.reason);
      const parsed = parseTrial(stdout);
      if (parsed !== undefined) return resolve(parsed);
      const last = stderr.trim().split('\n').at(-1) ?? '';
      const end = error?.killed
        ? `did not answer within ${LONGEST / 1000} s`
        : `was ended by ${error?.signal ?? `exit code ${error?.code}`}`;
      resolve({ problem: `the process that tried it ${end}${last && ` (${last})`}`, known: [] });
    });
  });
}

function parseTrial(text: string): Trial | undefined {
  try {
    return trialSchema.parse(JSON.parse(text.trim().split('\n').at(-1) ?? ''));
  } catch {
    return undefined;
  }
}

/** What the process of its own does. */
export async function trial(provider: Provider): Promise<Trial> {
  const folder = await makeTemporaryFolder('doctor');
  let known: string[] = [];
  try {
    const { listSupportedBackends } = await import('../../runtime/onnx-runtime.ts');
    known = listSupportedBackends().map(({ name }) => name);
    await runSmallGraph(provider, join(folder, 'trial'));
    return { problem: null, known };
  } catch (error) {
    const problem = error instanceof UserError || !(error instanceof Error) ? error : error.message;
    return { problem: problem instanceof UserError ? problem.message : String(problem), known };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws where the provider cannot be started, or computes something else than it should */
async function runSmallGraph(provider: Provider, out: string): Promise<void> {
  const [{ compile }, { graph, matmul }, { loadGraph }] = await Promise.all([
    import('../../compiler/compile.ts'),
    import('../../models/index.ts'),
    import('../../runtime/graph.ts'),
  ]);
  const square = { dtype: 'float32', shape: [2, 2] } as const;
  const product = graph({
    name: 'product',
    inputs: { a: square, b: square },
    parts: {},
    outputs: ({ a, b }) => ({ c: matmul(a, b) }),
  });
  await compile(product, { out, source: 'flamingo doctor', target: provider });
  await using loaded = await loadGraph(out, { provider });
  const { c } = await loaded.run({ a: Float32Array.of(1, 2, 3, 4), b: Float32Array.of(5, 6, 7, 8) });
  const given = [...(c?.data ?? [])].join(', ');
  if (given !== '19, 22, 43, 50')
    throw new UserError(`Provider '${provider}' gave ${given} for a product that is 19, 22, 43, 50.`);
}
