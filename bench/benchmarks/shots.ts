import { workOf } from '../../compiler/work.ts';
import type { Graph } from '../../dsl/graph.ts';
import { evaluateDim } from '../../dsl/shape/dim.ts';
import { Tensor } from '../../runtime/onnx-runtime.ts';
import type { Benchmark, BenchmarkContext } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { compare, exactly, spreadOf } from '../measure/statistics.ts';
import type { Case, Section } from '../result.ts';
import {
  languageModelGraph,
  MIDDLE,
  maskedBlocksGraph,
  middleFlamingo,
  packedBlocksGraph,
} from '../support/middle-model.ts';
import { type Feeds, type OpenGraph, openGraph, withGraphs } from '../support/open-graph.ts';
import { decodeStep, mediaTensors, prefillStep, promptLayout, SHOT_TOKENS } from '../support/reading.ts';
import { layoutFeeds, normalTensor, requireEqual } from '../support/tensors.ts';

const SHOTS = [0, 4, 8, 32] as const;

/** The query has an image too. */
const imagesOf = (shots: number) => shots + 1;
const tokensOf = (shots: number) => imagesOf(shots) * SHOT_TOKENS;
const columnOf = (shots: number) => `${shots} shots`;

type Step = () => Promise<Feeds>;

/** What is measured, by its name in the table, at each number of shots. */
type Grid = Readonly<Record<string, (shots: number) => Step>>;

/** Every cell of the grid in every round. Ratios of rows to `packed` too, where they are asked for. */
async function measure(
  grid: Grid,
  { quick }: BenchmarkContext,
  rounds: {
    readonly seconds: number;
    readonly unit: 'ms' | 'µs';
    readonly tokens: (shots: number) => number;
  },
  packed: string,
  masked: string,
): Promise<Case[]> {
  const cell = (name: string, shots: number) => `${name} ${shots}`;
  const variants = Object.entries(grid).flatMap(([name, step]) =>
    SHOTS.map((shots) => [cell(name, shots), step(shots)] as const),
  );
  const samples = await interleave(Object.fromEntries(variants), {
    seconds: quick ? 0.2 : rounds.seconds,
    least: quick ? 2 : 6,
  });
  const scale = rounds.unit === 'ms' ? 1 : 1000;
  const at = (name: string, shots: number) =>
    (samples[cell(name, shots)] ?? []).map((milliseconds) => (milliseconds * scale) / rounds.tokens(shots));
  return Object.keys(grid).map((name) => ({
    name,
    variants: Object.fromEntries(
      SHOTS.map((shots) => [columnOf(shots), spreadOf(at(name, shots), rounds.unit)]),
    ),
    comparisons: [
      compare('32 shots / 0 shots', at(name, 32), at(name, 0)),
      ...(name === masked
        ? [0, 32].map((shots) =>
            compare(`against packed, ${columnOf(shots)}`, at(masked, shots), at(packed, shots)),
          )
        : []),
    ],
  }));
}

/** The blocks on one new token, which looks at the last image whatever the number of shots. */
function packedDecode(graph: OpenGraph): Step {
  const one = new Tensor('int64', BigInt64Array.of(0n), [1, 1]);
  const feeds = {
    x: normalTensor(1, 1, MIDDLE.dim),
    media_rows: one,
    media_slots: one,
    has_media: new Tensor('bool', Uint8Array.of(1), [1, 1]),
    ...mediaTensors(1),
  };
  return () => graph.run(feeds);
}

/** The same over all images: the mask lets the token look at the last one. */
function maskedDecode(graph: OpenGraph, shots: number): Step {
  const images = imagesOf(shots);
  const attends = new Uint8Array(images).fill(1, images - 1);
  const feeds = {
    x: normalTensor(1, 1, MIDDLE.dim),
    media: normalTensor(1, images, MIDDLE.latents, MIDDLE.vision),
    attends: new Tensor('bool', attends, [1, 1, images]),
  };
  return () => graph.run(feeds);
}

/** The blocks on a whole prompt; keys and values are computed in the same run, as its images are new. */
function packedPrefill(graph: OpenGraph, shots: number): Step {
  const layout = promptLayout(imagesOf(shots));
  const feeds = {
    ...layoutFeeds(layout),
    x: normalTensor(1, layout.text, MIDDLE.dim),
    media: normalTensor(imagesOf(shots), MIDDLE.latents, MIDDLE.vision),
  };
  return () => graph.run(feeds);
}

function maskedPrefill(graph: OpenGraph, shots: number): Step {
  const images = imagesOf(shots);
  const text = tokensOf(shots);
  const attends = new Uint8Array(text * images);
  for (let token = 0; token < text; token++) attends[token * images + Math.floor(token / SHOT_TOKENS)] = 1;
  const feeds = {
    x: normalTensor(1, text, MIDDLE.dim),
    media: normalTensor(1, images, MIDDLE.latents, MIDDLE.vision),
    attends: new Tensor('bool', attends, [1, text, images]),
  };
  return () => graph.run(feeds);
}

const PACKED = 'cross-attention, packed';
const MASKED = 'cross-attention, all images masked';
const WHOLE = 'whole language graph';
const SELF = 'of it, the language model alone';

/** Multiply-adds of one run for each of its tokens, in millions: counted from the graphs, free of noise. */
function counted(
  graph: Graph,
  sizesAt: (shots: number) => Readonly<Record<string, number>>,
  tokens: (shots: number) => number,
) {
  const work = Object.values(workOf(graph));
  return (shots: number): number => {
    const sizes = new Map(Object.entries(sizesAt(shots)));
    const steps = work.map((dim) => evaluateDim(dim, sizes));
    return steps.reduce<number>((sum, each) => sum + (each ?? Number.NaN), 0) / tokens(shots) / 1e6;
  };
}

function countedCases(
  graphs: Readonly<Record<'whole' | 'self' | 'packed' | 'computed' | 'masked', Graph>>,
): Section[] {
  const decode = (shots: number) => ({
    batch: 1,
    text: 1,
    past: tokensOf(shots),
    rows: 1,
    chunk: 1,
    wanted: 1,
    images: imagesOf(shots),
  });
  const prefill = (shots: number) => ({
    ...decode(shots),
    text: tokensOf(shots),
    past: 0,
    rows: imagesOf(shots),
    chunk: SHOT_TOKENS,
  });
  const one = () => 1;
  const row = (name: string, at: (shots: number) => number): Case => ({
    name,
    variants: Object.fromEntries(SHOTS.map((shots) => [columnOf(shots), exactly(at(shots), 'M')])),
    comparisons: [compare('32 shots / 0 shots', [at(32)], [at(0)])],
  });
  return [
    {
      title: 'Multiply-adds a token, decode (counted)',
      cases: [
        row(WHOLE, counted(graphs.whole, decode, one)),
        row(SELF, counted(graphs.self, decode, one)),
        row(PACKED, counted(graphs.packed, decode, one)),
        row(MASKED, counted(graphs.masked, decode, one)),
      ],
      notes: [],
    },
    {
      title: 'Multiply-adds a token, prefill (counted)',
      cases: [
        row(WHOLE, counted(graphs.whole, prefill, tokensOf)),
        row(SELF, counted(graphs.self, prefill, tokensOf)),
        row(PACKED, counted(graphs.computed, prefill, tokensOf)),
        row(MASKED, counted(graphs.masked, prefill, tokensOf)),
      ],
      notes: [],
    },
  ];
}

export const benchmark: Benchmark = {
  name: 'shots',
  summary: `time a token with ${SHOTS.join(', ')} shots, each an image and ${SHOT_TOKENS - 1} tokens of text`,
  async run(context) {
    const { threads, note } = context;
    const graphs = {
      whole: middleFlamingo().graphs.language,
      self: languageModelGraph(),
      packed: packedBlocksGraph(MIDDLE.blocks, 'given'),
      computed: packedBlocksGraph(MIDDLE.blocks, 'computed'),
      masked: maskedBlocksGraph(MIDDLE.blocks),
    };
    const open = (graph: Graph) => () => openGraph(graph, { threads });
    return withGraphs(
      {
        whole: open(graphs.whole),
        self: open(graphs.self),
        packed: open(graphs.packed),
        computed: open(graphs.computed),
        masked: open(graphs.masked),
      },
      async (graph) => {
        requireEqual(await packedPrefill(graph.computed, 4)(), await maskedPrefill(graph.masked, 4)());
        note('decode');
        const decode = await measure(
          {
            [WHOLE]: (shots) => decodeStep(graph.whole, tokensOf(shots)),
            [SELF]: (shots) => decodeStep(graph.self, tokensOf(shots)),
            [PACKED]: () => packedDecode(graph.packed),
            [MASKED]: (shots) => maskedDecode(graph.masked, shots),
          },
          context,
          { seconds: 10, unit: 'ms', tokens: () => 1 },
          PACKED,
          MASKED,
        );
        note('prefill');
        const prefill = await measure(
          {
            [WHOLE]: (shots) => prefillStep(graph.whole, imagesOf(shots)),
            [SELF]: (shots) => prefillStep(graph.self, imagesOf(shots)),
            [PACKED]: (shots) => packedPrefill(graph.computed, shots),
            [MASKED]: (shots) => maskedPrefill(graph.masked, shots),
          },
          context,
          { seconds: 12, unit: 'µs', tokens: tokensOf },
          PACKED,
          MASKED,
        );
        const blocks = `Cross-attention: ${MIDDLE.blocks} gated blocks, feed-forward included.`;
        return [
          {
            title: 'Decode, a token',
            cases: decode,
            notes: [
              `${blocks} Packed: keys and values of the last image, kept. Masked: those of all images, computed again for every token.`,
              'What grows with the shots is the self-attention, which has to read the cache of text and copies nothing of it; cross-attention does not grow.',
            ],
          },
          {
            title: 'Prefill, a token',
            cases: prefill,
            notes: [
              `${blocks} Both compute keys and values of every image once; packed tokens look at their own image alone.`,
              'A short prompt uses the processor less well, which hides some growth of self-attention.',
            ],
          },
          ...countedCases(graphs),
        ];
      },
    );
  },
};
