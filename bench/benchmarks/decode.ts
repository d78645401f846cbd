import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import { compileGraph } from '../../compiler/compile-graph.ts';
import type { Precision } from '../../dsl/precision.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import type { Benchmark } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { memoryBandwidth } from '../measure/memory-bandwidth.ts';
import { compare, spreadOf } from '../measure/statistics.ts';
import { smallLlama, writeBenchmarkCheckpoint } from '../support/large-model.ts';
import { fillPast } from '../support/past.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';
import { BYTE_LEVEL } from '../support/tokenizer.ts';

const MEASURED = ['float32', 'int8', 'int4'] as const satisfies readonly Precision[];
const PASTS = [64, 256, 1024, 2048] as const;
/** Tokens that are written on one cache before it is filled anew. */
const ROOM = 48;

/** One token on about `past` cached ones: at most `ROOM` more. */
async function step(engine: Engine, past: number): Promise<() => Promise<void>> {
  let text = await fillPast(engine, { past, room: ROOM });
  return async () => {
    if ((text.cache.lengths[0] ?? 0) >= past + ROOM) {
      text.release();
      text = await fillPast(engine, { past, room: ROOM });
    }
    await engine.language.continueDistributions(text, [[5]]);
  };
}

export const benchmark: Benchmark = {
  name: 'decode',
  summary: 'a token of a LLaMA by precision, against the number of tokens before it',
  large: true,
  run: ({ quick, threads, note }) =>
    withTemporaryFolder(async (folder) => {
      const program = smallLlama(quick);
      const weights = join(folder, 'checkpoint.safetensors');
      note('writing random float16 weights');
      await writeBenchmarkCheckpoint(program, weights);
      const engines: Engine[] = [];
      const steps: Record<string, () => Promise<void>> = {};
      const nodes: string[] = [];
      let [cached, count] = [0, 0];
      try {
        for (const precision of MEASURED) {
          note(`compiling in ${precision}`);
          const out = join(folder, precision);
          await compile(program, {
            ...{ out, source: 'bench', tokenizer: BYTE_LEVEL, weights: [weights], precision },
          });
          const engine = await Engine.open({ directory: out, verify: false, imageMemory: 0, threads });
          engines.push(engine);
          for (const past of PASTS) steps[`${precision} ${past}`] = await step(engine, past);
          count = engine.manifest.parameters.count;
          const { layers, keyValueHeads, headDim } = engine.manifest.language;
          cached = 2 * layers * keyValueHeads * headDim * 4;
          const { language } = program.graphs;
          if (language)
            nodes.push(`${compileGraph(language, { precision }).onnx.nodes.length} in ${precision}`);
        }
        note('decode');
        const samples = await interleave(steps, { seconds: quick ? 0.5 : 60, least: quick ? 3 : 6 });
        const of = (precision: string, past: number) => samples[`${precision} ${past}`] ?? [];
        const [shortest, longest] = [PASTS[0], PASTS[PASTS.length - 1] ?? 0];
        const cases = PASTS.map((past) => ({
          name: `a token on ${past}`,
          variants: Object.fromEntries(
            MEASURED.map((precision) => [precision, spreadOf(of(precision, past), 'ms')]),
          ),
          comparisons: MEASURED.slice(1).map((precision) =>
            compare(`float32 / ${precision}`, of('float32', past), of(precision, past)),
          ),
        }));
        const growth = MEASURED.map((precision) => {
          const at = (past: number) => spreadOf(of(precision, past), 'ms').median;
          const each = (1000 * (at(longest) - at(shortest))) / (longest - shortest);
          return `${each.toFixed(1)} µs in ${precision}`;
        });
        const limit = (1e6 * cached) / memoryBandwidth();
        return [
          {
            title: `LLaMA, ${(count / 1e6).toFixed(quick ? 1 : 0)} M weights, ${threads} thread${threads === 1 ? '' : 's'}`,
            cases,
            notes: [
              `Nodes of the graph that a token runs: ${nodes.join(', ')}.`,
              `Each cached token adds ${growth.join(', ')}; reading its keys and values (${(cached / 1000).toFixed(0)} kB) takes ${limit.toFixed(1)} µs at the bandwidth at which one thread copies memory here.`,
            ],
          },
        ];
      } finally {
        for (const engine of engines) await engine.close();
      }
    }),
};
