import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { PROVIDERS, type Provider } from '../../artifact/provider.ts';
import { INSTALL_SHARP } from '../../runtime/images/missing-sharp.ts';
import { ADD_CUDA, cudaLibrary } from '../../runtime/provider/cuda.ts';
import { runtimeFolder } from '../../runtime/provider/runtime-folder.ts';
import { INSTALL_RUNTIME } from '../../runtime/session/missing-runtime.ts';
import { describeBytes } from '../report.ts';
import { cudaFindings } from './cuda-findings.ts';
import { type Finding, providerWords } from './finding.ts';
import { findNvidia } from './nvidia.ts';
import { cudaNeeds } from './shared-libraries.ts';
import { type Trial, tryProvider } from './try-provider.ts';

/** The oldest major version of Node that package.json names. */
const OLDEST_NODE = 20;

/**
 * Looks at all that running a model needs: Node, ONNX Runtime, the decoder of pictures, and every provider, which is tried
 * with a small graph where it is there.
 */
export async function diagnose(signal: AbortSignal): Promise<readonly Finding[]> {
  const runtime = await runtimeFinding();
  const findings = [nodeFinding(), runtime.finding, await picturesFinding()];
  if (runtime.version === undefined) return findings;
  for (const provider of PROVIDERS) {
    signal.throwIfAborted();
    const reasons = provider === 'cuda' ? await cudaReasons() : [];
    // The first is what the provider itself consists of: without it there is nothing to try.
    const isThere = reasons[0]?.state !== 'missing';
    const trial = isThere ? await tryProvider(provider, signal) : { problem: 'is not there', known: [] };
    findings.push(...reasons, providerFinding(provider, trial, reasons));
  }
  return findings;
}

function nodeFinding(): Finding {
  const machine = `${process.platform} ${process.arch}, ${availableParallelism()} cores, ${describeBytes(totalmem())}`;
  const found = `${process.versions.node} on ${machine}`;
  const isOld = Number(process.versions.node.split('.')[0]) < OLDEST_NODE;
  return {
    what: 'Node',
    state: isOld ? 'wrong' : 'ok',
    found,
    helps: isOld ? [`install Node ${OLDEST_NODE} or later`] : [],
  };
}

async function runtimeFinding(): Promise<{ finding: Finding; version: string | undefined }> {
  const what = 'ONNX Runtime';
  try {
    const folder = runtimeFolder();
    const { version }: { version?: unknown } = JSON.parse(
      await readFile(join(folder, 'package.json'), 'utf8'),
    );
    return {
      finding: { what, state: 'ok', found: `onnxruntime-node ${version} in ${folder}`, helps: [] },
      version: String(version),
    };
  } catch {
    const found = 'the package onnxruntime-node is not installed';
    return { finding: { what, state: 'wrong', found, helps: [INSTALL_RUNTIME] }, version: undefined };
  }
}

async function picturesFinding(): Promise<Finding> {
  const what = 'pictures';
  try {
    const { default: sharp } = await import('sharp');
    return {
      what,
      state: 'ok',
      found: `sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}`,
      helps: [],
    };
  } catch (error) {
    const [reason = ''] = (error instanceof Error ? error.message : String(error)).trim().split('\n');
    return { what, state: 'wrong', found: `sharp does not load (${reason})`, helps: [INSTALL_SHARP] };
  }
}

async function cudaReasons(): Promise<readonly Finding[]> {
  const library = cudaLibrary();
  const libraryExists = existsSync(library);
  return cudaFindings({
    platform: process.platform,
    architecture: process.arch,
    library,
    libraryExists,
    needed: libraryExists ? await cudaNeeds(library) : undefined,
    nvidia: await findNvidia(),
    addCommand: ADD_CUDA,
  });
}

/** @param reasons what was found of what it needs */
function providerFinding(
  provider: Provider,
  { problem, known }: Trial,
  reasons: readonly Finding[],
): Finding {
  const what = providerWords(provider);
  const helps = HELPS[provider] ?? [];
  if (problem === null) {
    const others = known.filter((name) => !PROVIDERS.some((each) => each === name));
    const more =
      provider === 'cpu' && others.length > 0 ? `; ONNX Runtime also knows ${others.join(', ')}` : '';
    return { provider, what, state: 'ok', found: `runs a graph${more}`, helps: [] };
  }
  const reason = reasons.find(({ state }) => state !== 'ok');
  const found = reason === undefined ? problem : `does not run, for want of: ${reason.what}`;
  return { provider, what, state: 'wrong', found, helps };
}

/** What helps where a provider is there and finds nothing to run on; of CUDA, `cuda-findings.ts` says it. */
const HELPS: Readonly<Partial<Record<Provider, readonly string[]>>> = {
  webgpu:
    process.platform === 'linux'
      ? [
          "install Vulkan and the card's driver for it: apt-get install -y libvulkan1 mesa-vulkan-drivers (Mesa 24 or later; on Debian 12 from bookworm-backports), which has one in software too",
        ]
      : ["install the card's newest driver"],
};
