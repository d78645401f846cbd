import type { Graph } from '../../dsl/graph.ts';
import type { Benchmark, BenchmarkContext } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { compare, spreadOf } from '../measure/statistics.ts';
import type { Case } from '../result.ts';
import {
  languageModelGraph,
  MIDDLE,
  middleFlamingo,
  packedBlocksGraph,
  resamplerGraph,
  visionTransformerGraph,
} from '../support/middle-model.ts';
import {
  type Feeds,
  type OpenGraph,
  type OpenGraphOptions,
  openGraph,
  withGraphs,
} from '../support/open-graph.ts';
import {
  answer,
  decodeStep,
  mediaTensors,
  prefillStep,
  promptLayout,
  SHOT_TOKENS,
} from '../support/reading.ts';
import { layoutFeeds, normalTensor, requireEqual } from '../support/tensors.ts';

const IMAGES = 5;
const NEW_TOKENS = 16;

/** What is done with a part's graph: one or more things to time. */
type Steps = (graph: OpenGraph) => Readonly<Record<string, () => Promise<Feeds>>>;

const parts: readonly { readonly graph: () => Graph; readonly steps: Steps }[] = [
  {
    graph: visionTransformerGraph,
    steps: (graph) => {
      const pixels = normalTensor(IMAGES, 3, MIDDLE.image, MIDDLE.image);
      return { [`vision transformer, ${IMAGES} images`]: () => graph.run({ pixels }) };
    },
  },
  {
    graph: resamplerGraph,
    steps: (graph) => {
      const features = normalTensor(1, IMAGES, 1, MIDDLE.features, MIDDLE.vision);
      return { [`Perceiver Resampler, ${IMAGES} images`]: () => graph.run({ features }) };
    },
  },
  {
    graph: () => packedBlocksGraph(1, 'given'),
    steps: (graph) => {
      const prompt = promptLayout(IMAGES);
      const whole = {
        x: normalTensor(1, prompt.text, MIDDLE.dim),
        ...layoutFeeds(prompt),
        ...mediaTensors(IMAGES, 1),
      };
      const one = { x: normalTensor(1, 1, MIDDLE.dim), ...firstToken(), ...mediaTensors(1, 1) };
      return {
        [`gated cross-attention block, prefill of ${prompt.text} tokens`]: () => graph.run(whole),
        'gated cross-attention block, decode': () => graph.run(one),
      };
    },
  },
  {
    graph: languageModelGraph,
    steps: (graph) => ({
      [`language model, prefill of ${IMAGES * SHOT_TOKENS} tokens`]: prefillStep(graph, IMAGES),
      'language model, decode': decodeStep(graph, IMAGES * SHOT_TOKENS),
    }),
  },
];

function firstToken(): Feeds {
  const { text: _text, ...layout } = promptLayout(1);
  const one = { ...layout, text: 1, chunk: 1 };
  return layoutFeeds({
    ...one,
    tokens: one.tokens.slice(0, 1),
    positions: one.positions.slice(0, 1),
    attentionMask: Uint8Array.of(1),
    mediaRows: one.mediaRows.slice(0, 1),
    mediaSlots: one.mediaSlots.slice(0, 1),
    hasMedia: one.hasMedia.slice(0, 1),
  });
}

async function measurePart(
  { graph, steps }: (typeof parts)[number],
  { quick, threads, note }: BenchmarkContext,
): Promise<Case[]> {
  const built = graph();
  return withGraphs(
    { fused: () => openGraph(built, { threads }), plain: () => openGraph(built, { threads, fusion: false }) },
    async (open) => {
      const fused = steps(open.fused);
      const plain = steps(open.plain);
      const cases: Case[] = [];
      for (const [name, run] of Object.entries(fused)) {
        note(name);
        const other = plain[name];
        if (other === undefined) throw new Error(`${name} has no plain form`);
        cases.push(await measure(name, { fused: run, plain: other }, quick ? 0.2 : 1.5));
      }
      return cases;
    },
  );
}

async function measure(
  name: string,
  variants: { fused: () => Promise<Feeds>; plain: () => Promise<Feeds> },
  seconds: number,
): Promise<Case> {
  requireEqual(await variants.fused(), await variants.plain());
  const samples = await interleave(variants, { seconds, least: seconds < 1 ? 3 : 6 });
  return {
    name,
    variants: { fused: spreadOf(samples.fused, 'ms'), plain: spreadOf(samples.plain, 'ms') },
    comparisons: [compare('plain / fused', samples.plain, samples.fused)],
  };
}

/** From pixels to the last of the new tokens. */
async function measureWhole(
  optimisation: OpenGraphOptions['optimisation'] & string,
  { quick, threads }: BenchmarkContext,
): Promise<Case> {
  const { graphs } = middleFlamingo();
  const open = (graph: Graph, fusion: boolean) => () => openGraph(graph, { threads, fusion, optimisation });
  const pixels = normalTensor(IMAGES, 1, 3, MIDDLE.image, MIDDLE.image);
  return withGraphs(
    {
      fusedVision: open(graphs.vision, true),
      plainVision: open(graphs.vision, false),
      fusedLanguage: open(graphs.language, true),
      plainLanguage: open(graphs.language, false),
    },
    (sessions) => {
      const whole = (vision: OpenGraph, language: OpenGraph) => async () => {
        const { latents: _latents, ...media } = await vision.run({ pixels });
        return answer(language, media, IMAGES, NEW_TOKENS);
      };
      return measure(
        optimisation === 'all' ? 'all of it' : "all of it, ONNX Runtime's own rewriting off",
        {
          fused: whole(sessions.fusedVision, sessions.fusedLanguage),
          plain: whole(sessions.plainVision, sessions.plainLanguage),
        },
        quick ? 0.2 : 4,
      );
    },
  );
}

export const benchmark: Benchmark = {
  name: 'fusion',
  summary: 'fused operators against the same model in plain ONNX operators',
  async run(context) {
    const cases: Case[] = [];
    for (const part of parts) cases.push(...(await measurePart(part, context)));
    context.note('all of it');
    const whole = [await measureWhole('all', context)];
    if (!context.quick) {
      context.note("all of it, without ONNX Runtime's own rewriting");
      whole.push(await measureWhole('disabled', context));
    }
    const notes = [
      "Both forms run with ONNX Runtime's own graph optimisation on, which fuses some plain patterns itself.",
      'Outputs of both forms are compared before they are timed.',
    ];
    const answered = `From pixels to an answer: ${IMAGES - 1} shots and a query, prefill of ${IMAGES * SHOT_TOKENS} tokens, ${NEW_TOKENS} new tokens`;
    return [
      { title: 'Parts', cases, notes },
      {
        title: answered,
        cases: whole,
        notes: [
          "Without its own rewriting ONNX Runtime also leaves the plain form's weights to be transposed in every run.",
        ],
      },
    ];
  },
};
