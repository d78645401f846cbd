import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import type { Program } from '../../dsl/program/program.ts';
import { type GraphFacts, type GraphInputValues, type LoadedGraph, loadGraph } from '../../runtime/graph.ts';
import { timed } from './measure.ts';
import type { RowContext } from './row.ts';

export type Computes = 'float32' | 'float16';

/** Compiles a graph for CUDA with weights from a seed, and loads it; the folder is removed, as the file is open. */
export async function openMeasured(
  program: Program,
  { folder, provider }: Pick<RowContext, 'folder' | 'provider'>,
  computes: Computes,
): Promise<LoadedGraph> {
  const out = join(folder, `graph ${program.name} ${computes}`);
  await compile(program, { out, target: 'cuda', precision: computes, replace: true });
  try {
    return await loadGraph(out, { provider });
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}

/** Milliseconds of one run. */
export function runTime(graph: LoadedGraph, values: GraphInputValues<GraphFacts>): Promise<number> {
  return timed(() => graph.run(values));
}
