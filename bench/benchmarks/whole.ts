import { fork } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from '../../compiler/compile.ts';
import type { Benchmark } from '../benchmark.ts';
import { exactly } from '../measure/statistics.ts';
import type { Case } from '../result.ts';
import { type AnswerSample, answerSample } from '../support/answer-sample.ts';
import { largeFlamingo, openFlamingo3b, writeBenchmarkCheckpoint } from '../support/large-model.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';
import { BYTE_LEVEL } from '../support/tokenizer.ts';

const TOKENS = 17;

export const benchmark: Benchmark = {
  name: 'whole',
  summary: 'pictures in, tokens out of a random model of the size of OpenFlamingo-3B',
  large: true,
  run: ({ quick, threads, note }) =>
    withTemporaryFolder(async (folder) => {
      const program = quick ? largeFlamingo(true) : openFlamingo3b();
      const weights = join(folder, 'checkpoint.safetensors');
      note('writing random float16 weights');
      await writeBenchmarkCheckpoint(program, weights);
      const cases: Case[] = [];
      for (const precision of ['float16', 'int4'] as const) {
        const out = join(folder, precision);
        note(`compiling in ${precision}`);
        const started = performance.now();
        const { parameters } = await compile(program, {
          ...{ out, source: 'bench', tokenizer: BYTE_LEVEL, weights: [weights], precision },
        });
        const compiling = (performance.now() - started) / 1000;
        note(`answering in ${precision}`);
        const { load, firstToken, tokensPerSecond, peak } = await answerOnce(
          [out, TOKENS, threads].map(String),
        );
        cases.push({
          name: `${precision}, ${(parameters.count / 1e9).toFixed(2)} billion weights`,
          variants: {
            weights: exactly(parameters.bytes / 1e6, 'MB'),
            compiled: exactly(compiling, 's'),
            loaded: exactly(load, 's'),
            'first token': exactly(firstToken, 's'),
            decoding: exactly(tokensPerSecond, 'tokens/s'),
            'peak memory': exactly(peak / 1e6, 'MB'),
          },
          comparisons: [],
        });
        await rm(out, { recursive: true });
      }
      const notes = [
        `Two examples and a query, each with a picture; ${TOKENS} tokens, greedy. Weights are random: the answers mean nothing.`,
        'One run each. The CPU computes in float32: float16 weights are widened when the model is loaded.',
      ];
      return [{ title: 'One answer in a process of its own', cases, notes }];
    }),
};

function answerOnce(options: readonly string[]): Promise<AnswerSample> {
  const script = fileURLToPath(new URL('../children/answer-once.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    let sample: AnswerSample | undefined;
    const child = fork(script, options, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    child.on('message', (message) => {
      sample = answerSample.parse(message);
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (sample !== undefined) resolve(sample);
      else reject(new Error(`the answering process ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}
