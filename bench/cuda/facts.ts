import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { cudaVersion } from '../../cli/doctor/cuda-findings.ts';
import { findNvidia } from '../../cli/doctor/nvidia.ts';
import { CUDNN, cudaNeeds } from '../../cli/doctor/shared-libraries.ts';
import { cudaLibrary } from '../../runtime/provider/cuda.ts';
import { describeMachine } from '../machine.ts';

const execute = promisify(execFile);

/** What the figures are of, each a line. */
export async function facts(python: string | undefined): Promise<Readonly<Record<string, string>>> {
  const { processor, cores, node, onnxruntime } = describeMachine();
  const { driver, cards } = await findNvidia();
  const library = cudaLibrary();
  const isThere = existsSync(library);
  const needed = isThere ? ((await cudaNeeds(library)) ?? []) : [];
  const cuda = cudaVersion(needed);
  const cudnn = needed.find(({ name }) => name === CUDNN);
  const missing = needed.filter(({ path }) => path === undefined).map(({ name }) => name);
  return {
    card: cards.join(', ') || 'none',
    memory: await askCard('memory.total,power.limit,clocks.max.sm'),
    driver: driver ?? 'none',
    CUDA: cuda === undefined ? "no library of ONNX Runtime's for it" : String(cuda),
    ...(missing.length > 0 && { 'not found': missing.join(', ') }),
    cuDNN: cudnn?.path ?? 'not found',
    'ONNX Runtime': onnxruntime,
    Node: node,
    processor: `${processor}, ${cores} cores`,
    PyTorch: python === undefined ? 'not measured' : await torchVersion(python),
  };
}

async function askCard(query: string): Promise<string> {
  try {
    const { stdout } = await execute('nvidia-smi', [`--query-gpu=${query}`, '--format=csv,noheader']);
    return stdout.trim().split('\n').join('; ');
  } catch {
    return 'unknown';
  }
}

/** With the CUDA that it was built for. */
async function torchVersion(python: string): Promise<string> {
  try {
    const script = 'import torch; print(torch.__version__, "CUDA", torch.version.cuda)';
    return (await execute(python, ['-c', script], { timeout: 120_000 })).stdout.trim();
  } catch {
    return `${python} has none`;
  }
}
