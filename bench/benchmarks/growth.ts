import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { compile } from '../../compiler/compile.ts';
import { workOf } from '../../compiler/work.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { Precision } from '../../dsl/precision.ts';
import { evaluateDim } from '../../dsl/shape/dim.ts';
import type { Dim } from '../../dsl/tensor.ts';
import { PREFILL_CHUNK, readPrompt } from '../../runtime/generate/prompt-reader.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { IMAGES_AT_ONCE } from '../../runtime/worker/media-memory.ts';
import type { Benchmark, BenchmarkContext } from '../benchmark.ts';
import {
  type Counted,
  cellOf,
  type Growing,
  growthCases,
  type Limits,
  type Sized,
  wantedSizes,
} from '../measure/growth.ts';
import { interleave } from '../measure/interleave.ts';
import type { Case, Section } from '../result.ts';
import { smallLlama, writeBenchmarkCheckpoint } from '../support/large-model.ts';
import { machineLimits } from '../support/machine-limits.ts';
import { MIDDLE, middleFlamingo } from '../support/middle-model.ts';
import { openGraph, withGraphs } from '../support/open-graph.ts';
import { fillPast } from '../support/past.ts';
import { productRate } from '../support/product-rate.ts';
import { prefillStep, SHOT_TOKENS } from '../support/reading.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';
import { normalTensor } from '../support/tensors.ts';
import { BYTE_LEVEL } from '../support/tokenizer.ts';

/** Bytes of a weight as products read it, with its scale. */
const WEIGHT_BYTES: Readonly<Record<'float32' | 'int8' | 'int4', number>> = {
  float32: 4,
  int8: 1,
  int4: 0.625,
};
const MEASURED = ['float32', 'int8', 'int4'] as const satisfies readonly Precision[];

const TOKENS = [64, 128, 256, 512, 1024, 2048];
const ROWS = [1, 2, 4, 8, 16, 32];
/** Shots and the query, each with a picture. */
const SHOTS = { name: 'prompt of examples', sizes: [1, 3, 5, 9, 17, 33] };
const PICTURES = { name: 'pictures', sizes: [1, 2, 4, 8, 16, 33] };
/** What grows in a language model, in each precision. */
const LANGUAGE_CASES = [
  { name: 'prompt of tokens', sizes: TOKENS },
  { name: 'token on a past of', sizes: TOKENS },
  { name: 'token in a batch of', sizes: ROWS },
] as const;
/** Tokens that are cached where the number of rows grows. */
const SHORT_PAST = 64;
/** Tokens that are written on one cache before it is filled anew. */
const ROOM = 32;

type Step = () => Promise<unknown>;
/** Something that grows, with a run of it at each size. */
type Measured = Growing & { step(size: number): Promise<Step> };

function inPrecision(precision: Precision, { name, sizes }: Sized): Sized {
  return { name: `${precision}: ${name}`, sizes };
}

/** Multiply-adds of one run of a graph, those of attention apart. */
function counted(
  work: Readonly<Record<string, Dim>>,
  sizes: Readonly<Record<string, number>>,
): Omit<Counted, 'bytes'> {
  const values = new Map(Object.entries(sizes));
  const of = (name: string) => evaluateDim(work[name] ?? 0, values) ?? Number.NaN;
  const others = Object.keys(work).filter((name) => name !== 'attention');
  return { products: others.reduce((sum, name) => sum + of(name), 0), attention: of('attention') };
}

function ofLanguage(engine: Engine, precision: keyof typeof WEIGHT_BYTES): readonly Measured[] {
  const { language, manifest } = engine;
  const work = manifest.graphs.language?.work ?? {};
  const { layers, keyValueHeads, headDim } = manifest.language;
  const run = (batch: number, text: number, past: number) =>
    counted(work, { batch, text, past, wanted: batch });
  // Each weight of a product is multiplied once for a single token.
  const weights = run(1, 1, 0).products * WEIGHT_BYTES[precision];
  const cached = 2 * layers * keyValueHeads * headDim * 4;
  const pieces = (tokens: number) =>
    Array.from({ length: Math.ceil(tokens / PREFILL_CHUNK) }, (_, piece) => {
      const past = piece * PREFILL_CHUNK;
      return { past, text: Math.min(PREFILL_CHUNK, tokens - past) };
    });
  const decode = async (rows: number, past: number): Promise<Step> => {
    let text = await fillPast(engine, { rows, past, room: ROOM });
    return async () => {
      if ((text.cache.lengths[0] ?? 0) >= past + ROOM) {
        text.release();
        text = await fillPast(engine, { rows, past, room: ROOM });
      }
      await language.continueDistributions(
        text,
        Array.from({ length: rows }, () => [5]),
      );
    };
  };
  return [
    {
      ...inPrecision(precision, LANGUAGE_CASES[0]),
      counted: (tokens) => ({
        products: pieces(tokens).reduce((sum, { past, text }) => sum + run(1, text, past).products, 0),
        attention: pieces(tokens).reduce((sum, { past, text }) => sum + run(1, text, past).attention, 0),
        bytes: weights * pieces(tokens).length,
      }),
      step: async (tokens) => {
        const prompt = {
          tokens: Array.from({ length: tokens }, (_, place) => 1 + ((place * 7919) % 250)),
          media: [],
        };
        return async () => (await readPrompt(language, prompt)).text.release();
      },
    },
    {
      ...inPrecision(precision, LANGUAGE_CASES[1]),
      units: () => 1,
      counted: (past) => ({ ...run(1, 1, past), bytes: weights + past * cached }),
      step: (past) => decode(1, past),
    },
    {
      ...inPrecision(precision, LANGUAGE_CASES[2]),
      counted: (rows) => ({
        ...run(rows, 1, SHORT_PAST),
        bytes: weights + rows * SHORT_PAST * cached,
      }),
      step: (rows) => decode(rows, SHORT_PAST),
    },
  ];
}

async function languageCases(
  folder: string,
  floats: () => Promise<Limits>,
  context: BenchmarkContext,
): Promise<readonly Case[]> {
  const { quick, threads, note } = context;
  const precisions = MEASURED.filter((precision) =>
    LANGUAGE_CASES.some((each) => wantedSizes(inPrecision(precision, each), context.only).length > 0),
  );
  if (precisions.length === 0) return [];
  const program = smallLlama(quick);
  const weights = join(folder, 'checkpoint.safetensors');
  note('writing random float16 weights');
  await writeBenchmarkCheckpoint(program, weights);
  const cases: Case[] = [];
  for (const precision of precisions) {
    note(`compiling in ${precision}`);
    const out = join(folder, precision);
    await compile(program, { out, source: 'bench', tokenizer: BYTE_LEVEL, weights: [weights], precision });
    const engine = await Engine.open({ directory: out, verify: false, imageMemory: 0, threads });
    try {
      const limits = { ...(await floats()), products: await productRate(precision, context) };
      for (const growing of ofLanguage(engine, precision)) {
        cases.push(...(await measured(growing, limits, context)));
      }
    } finally {
      await engine.close();
    }
  }
  return cases;
}

async function pictureCases(
  floats: () => Promise<Limits>,
  context: BenchmarkContext,
): Promise<readonly Case[]> {
  const { threads } = context;
  if (![SHOTS, PICTURES].some((each) => wantedSizes(each, context.only).length > 0)) return [];
  const { vision, language } = middleFlamingo().graphs;
  const open = (graph: Graph | undefined) => () => {
    if (graph === undefined) throw new Error('the middle model has both graphs');
    return openGraph(graph, { threads });
  };
  return withGraphs({ vision: open(vision), language: open(language) }, async (graphs) => {
    const work = { vision: vision ? workOf(vision) : {}, language: language ? workOf(language) : {} };
    const ofExamples = (number: number, text: number) => ({
      ...{ batch: 1, past: 0, wanted: 1, rows: number, images: number, chunk: SHOT_TOKENS },
      text,
    });
    const shots: Measured = {
      ...SHOTS,
      counted: (number) => ({
        ...counted(work.language, ofExamples(number, number * SHOT_TOKENS)),
        bytes: counted(work.language, ofExamples(1, 1)).products * WEIGHT_BYTES.float32,
      }),
      step: async (number) => prefillStep(graphs.language, number),
    };
    const pictures: Measured = {
      ...PICTURES,
      counted: (images) => ({ ...counted(work.vision, { images, frames: 1 }), bytes: 0 }),
      step: async (images) => {
        const runs = Array.from({ length: Math.ceil(images / IMAGES_AT_ONCE) }, (_, run) =>
          normalTensor(
            Math.min(IMAGES_AT_ONCE, images - run * IMAGES_AT_ONCE),
            1,
            3,
            MIDDLE.image,
            MIDDLE.image,
          ),
        );
        return async () => {
          for (const pixels of runs) await graphs.vision.run({ pixels });
        };
      },
    };
    const cases: Case[] = [];
    for (const growing of [shots, pictures])
      cases.push(...(await measured(growing, await floats(), context)));
    return cases;
  });
}

async function measured(
  growing: Measured,
  limits: Limits,
  context: BenchmarkContext,
): Promise<readonly Case[]> {
  const { quick, note } = context;
  const wanted = wantedSizes(growing, context.only);
  if (wanted.length === 0) return [];
  note(growing.name);
  const sizes = quick ? wanted.slice(0, 3) : wanted;
  const steps: Record<string, Step> = {};
  for (const size of sizes) steps[cellOf(growing, size)] = await growing.step(size);
  const samples = await interleave(steps, { seconds: quick ? 0.2 : 20, least: quick ? 2 : 4 });
  return growthCases({ ...growing, sizes }, samples, limits);
}

export const benchmark: Benchmark = {
  name: 'growth',
  summary:
    'how time grows with tokens, the past, rows, shots and pictures, beside the least that they can take',
  large: true,
  run: (context) =>
    withTemporaryFolder(async (folder): Promise<readonly Section[]> => {
      const floats = machineLimits(context);
      const cases = [
        ...(await languageCases(folder, floats, context)),
        ...(await pictureCases(floats, context)),
      ];
      if (cases.length === 0) throw new UserError(`Nothing of growth is called '${context.only}'.`);
      return [
        {
          title: 'Growth',
          cases,
          notes: [
            `Prompts, pasts and batches: a LLaMA of 336 M weights, prompts read in pieces of ${PREFILL_CHUNK} tokens. Examples (shots and the query) and pictures: the middle model of 60 M, float32; pictures in runs of ${IMAGES_AT_ONCE}, prompts of examples in one.`,
            'Exponent: of the time, from the size before; 1 is in proportion. Beside it that of the least time, which is the larger of the counted multiply-adds at the rate of one large product of the same precision, and of weights and cached keys and values at the rate at which one thread copies memory here.',
          ],
        },
      ];
    }),
};
