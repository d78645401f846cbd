import { join } from 'node:path';
import type { Manifest } from '../../artifact/manifest.ts';
import { compile } from '../../compiler/compile.ts';
import { PRECISIONS, type Precision } from '../../dsl/precision.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import type { Benchmark } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { memoryBandwidth } from '../measure/memory-bandwidth.ts';
import { compare, exactly, spreadOf } from '../measure/statistics.ts';
import type { Case } from '../result.ts';
import { largeFlamingo, writeBenchmarkCheckpoint } from '../support/large-model.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';
import { BYTE_LEVEL } from '../support/tokenizer.ts';

const PROMPT = 64;
/** Tokens that one sample decodes: one alone would be mostly the machine's noise. */
const DECODED = 4;
/** On the CPU float16 is how weights are stored; they are widened when the model is loaded, and compute as float32. */
const MEASURED = PRECISIONS.filter((precision) => precision !== 'float16');
type Measured = Exclude<Precision, 'float16'>;

type Engines = Readonly<Record<Measured, Engine>>;

const prompt = {
  tokens: Array.from({ length: PROMPT }, (_, place) => 1 + ((place * 7919) % 250)),
  media: [],
};

/** Reads a prompt. */
async function prefill({ language }: Engine): Promise<void> {
  const { text } = await language.prefillDistributions([prompt], 0);
  text.release();
}

/** Writes some tokens after a prompt, which is read untimed whenever the room for its answer is used up. */
async function decoder({ language }: Engine): Promise<() => Promise<void>> {
  const room = 64 * DECODED;
  const begin = async () => (await language.prefillDistributions([prompt], room)).text;
  let text = await begin();
  let written = 0;
  return async () => {
    if (written + DECODED > room) {
      text.release();
      text = await begin();
      written = 0;
    }
    for (let token = 1; token <= DECODED; token++) await language.continueDistributions(text, [[token]]);
    written += DECODED;
  };
}

async function measured(
  name: string,
  tokens: number,
  runs: Readonly<Record<Measured, () => Promise<void>>>,
  seconds: number,
): Promise<Case> {
  const samples = await interleave(runs, { seconds, least: seconds < 1 ? 3 : 6 });
  const speeds = MEASURED.map((precision) => [
    precision,
    spreadOf(
      samples[precision].map((milliseconds) => (1000 * tokens) / milliseconds),
      'tokens/s',
    ),
  ]);
  return {
    name,
    variants: Object.fromEntries(speeds),
    comparisons: MEASURED.filter((precision) => precision !== 'float32').map((precision) =>
      compare(`float32 / ${precision}`, samples.float32, samples[precision]),
    ),
  };
}

function forEach<R>(engines: Engines, make: (engine: Engine) => R): Record<Measured, R> {
  const entries = MEASURED.map((precision) => [precision, make(engines[precision])]);
  return Object.fromEntries(entries);
}

export const benchmark: Benchmark = {
  name: 'precision',
  summary: 'speed of a language model of a billion random weights by their precision',
  large: true,
  run: ({ quick, threads, note }) =>
    withTemporaryFolder(async (folder) => {
      const program = largeFlamingo(quick);
      const weights = join(folder, 'checkpoint.safetensors');
      note('writing random float16 weights');
      await writeBenchmarkCheckpoint(program, weights);
      const manifests = new Map<Measured, Manifest>();
      const engines: Partial<Record<Measured, Engine>> = {};
      const quantising: Case['variants'] = {};
      try {
        for (const precision of MEASURED) {
          note(`compiling in ${precision}`);
          const out = join(folder, precision);
          const started = performance.now();
          const manifest = await compile(program, {
            ...{ out, source: 'bench', tokenizer: BYTE_LEVEL, weights: [weights], precision },
          });
          quantising[precision] = exactly((performance.now() - started) / 1000, 's');
          manifests.set(precision, manifest);
          engines[precision] = await Engine.open({
            directory: out,
            verify: false,
            imageMemory: 0,
            threads,
          });
        }
        const { float32, int8, int4 } = engines;
        if (!float32 || !int8 || !int4) throw new Error('a precision was not compiled');
        const open: Engines = { float32, int8, int4 };
        note('decode');
        const decoders = forEach(open, decoder);
        const decode = await measured(
          'decode',
          DECODED,
          { float32: await decoders.float32, int8: await decoders.int8, int4: await decoders.int4 },
          quick ? 0.2 : 20,
        );
        note('prefill');
        const prefills = forEach(open, (engine) => () => prefill(engine));
        const read = await measured(`prefill of ${PROMPT} tokens`, PROMPT, prefills, quick ? 0.2 : 20);
        const bandwidth = memoryBandwidth();
        const shares = MEASURED.map((precision) => {
          // Halves are widened when they are loaded.
          const { bytes = 0, count = 0 } = manifests.get(precision)?.parameters ?? {};
          const share =
            ((precision === 'float32' ? 4 * count : bytes) * (decode.variants[precision]?.median ?? 0)) /
            bandwidth;
          return `${precision} ${(100 * share).toFixed(0)} %`;
        });
        const count = manifests.get('float32')?.parameters.count ?? 0;
        return [
          {
            title: `${(count / 1e9).toFixed(2)} billion weights, ${threads} thread${threads === 1 ? '' : 's'}`,
            cases: [decode, read],
            notes: [
              `One token reads every weight once: this reaches, of the ${(bandwidth / 1e9).toFixed(1)} GB/s at which one thread copies memory here, ${shares.join(', ')}.`,
              'On the CPU float16 computes as float32: its weights are widened when the model is loaded.',
            ],
          },
          {
            title:
              'Compiling a float16 checkpoint, which float32 links and widens when it is loaded; the others are quantised in threads',
            cases: [
              { name: 'time', variants: quantising, comparisons: [] },
              {
                name: 'weights',
                variants: Object.fromEntries(
                  MEASURED.map((precision) => [
                    precision,
                    exactly((manifests.get(precision)?.parameters.bytes ?? 0) / 1e6, 'MB'),
                  ]),
                ),
                comparisons: [],
              },
            ],
            notes: [],
          },
        ];
      } finally {
        for (const engine of Object.values(engines)) await engine.close();
      }
    }),
};
