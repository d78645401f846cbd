import type { GraphManifest, Manifest } from '../../artifact/manifest.ts';
import { mediaWay } from '../../artifact/media/index.ts';
import type { MediaWay } from '../../artifact/media/way.ts';
import { generationMode } from '../../runtime/generation-mode.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { calibrationRows, describePrecision } from '../describe-precision.ts';
import { describeLinked, weightsFacts } from '../describe-weights.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { projectWays } from '../project-ways.ts';
import { describeBytes, describeCount, type Report } from '../report.ts';

interface InspectFlags {
  readonly json?: true;
}

export const command: CliCommand = {
  name: 'inspect',
  summary: 'Say what a compiled model holds: sizes, operators, fusions, work, and what runs where.',
  examples: ['flamingo inspect artifacts/mine', 'flamingo inspect artifacts/mine --json'],
  configure(command, run) {
    command
      .argument('<dir>', 'folder that `flamingo compile` wrote')
      .option('--json', 'print the result as JSON')
      .action((folder: string, flags: InspectFlags) => run((context) => inspect(folder, flags, context)));
  },
};

async function inspect(
  folder: string,
  { json }: InspectFlags,
  { report }: CommandContext,
): Promise<ExitCode> {
  const { openArtifact } = await import('../../runtime/artifact/artifact.ts');
  const { workPerStep } = await import('../work-per-step.ts');
  const ways = await projectWays(folder);
  const { manifest } = await openArtifact(folder, { runnable: false, ways });
  const { media } = manifest;
  const way = media && mediaWay(media, ways)?.open(media);
  const facts = { manifest, way, work: workPerStep(manifest, ways) };
  if (json) report.result(JSON.stringify(describe(facts), undefined, 2));
  else print(facts, report);
  return EXIT.ok;
}

interface Facts {
  readonly manifest: Manifest;
  /** How pictures reach the text of prompts, of a model that answers some. */
  readonly way: MediaWay | undefined;
  readonly work: readonly { readonly step: string; readonly multiplyAdds: number }[];
}

function describe(facts: Facts): object {
  const { manifest, work } = facts;
  const { model, target, fusion, precision, parameters, language, image, media, graphs, files } = manifest;
  return {
    model,
    target,
    fusion,
    precision,
    parameters,
    cache: cacheSizes(facts),
    language,
    image,
    media,
    work,
    graphs,
    weights: weightsFacts(manifest),
    files,
  };
}

/**
 * Bytes that the runtime keeps: float32 keys and values of every layer for each token, what it keeps of an image, and the
 * states of recurrences for each text.
 */
function cacheSizes({ manifest: { language }, way }: Facts) {
  if (language === undefined || way === undefined) return undefined;
  const { layers, keyValueHeads, headDim, states = {} } = language;
  const numbers = Object.values(states).map((sizes) => sizes.reduce((all, size) => all * size, 1));
  return {
    bytesPerToken: 2 * 4 * layers * keyValueHeads * headDim,
    bytesPerImage: way.bytesPerImage,
    ...(numbers.length > 0 && { bytesPerText: 4 * numbers.reduce((sum, each) => sum + each, 0) }),
  };
}

const ORIGIN = {
  loaded: 'loaded',
  seeded: 'drawn from a seed, not trained',
  mixed: 'partly loaded, the rest drawn from a seed',
  none: 'none: compiled without values',
};

function print(facts: Facts, report: Report): void {
  const { manifest, work } = facts;
  const { model, target, fusion, precision, parameters, graphs, files } = manifest;
  const { bold } = report.colour.out;
  report.result(`${bold(model.name)} from ${model.source}, for ${target}, fusion ${fusion ? 'on' : 'off'}`);
  report.table(
    ['', ''],
    [
      [
        'parameters',
        `${describeCount(parameters.count)} (${describeCount(parameters.trainable)} trainable), ${describeBytes(parameters.bytes)}`,
      ],
      ['precision', `${precision.weights}: ${describePrecision(precision)}`],
      ...calibrationRows(precision).map((row) => [...row]),
      ['weights', ORIGIN[parameters.origin]],
      ...modelRows(facts).map((row) => [...row]),
    ],
  );
  if (work.length > 0) {
    report.result(`\n${bold('Work')}`);
    report.table(
      ['step', 'multiply-adds'],
      work.map(({ step, multiplyAdds }) => [step, describeCount(multiplyAdds)]),
    );
  }
  for (const [name, graph] of Object.entries(graphs)) printGraph(name, graph, manifest, report);
  report.result(`\n${bold('Files')}`);
  const linked = describeLinked(manifest);
  if (linked !== undefined) report.result(linked);
  report.table(
    ['file', 'size'],
    Object.entries(files).map(([file, { bytes }]) => [file, describeBytes(bytes)]),
  );
}

/** What is said of a model that answers prompts, and of pictures. */
function modelRows(facts: Facts): readonly (readonly [string, string])[] {
  const { image, language } = facts.manifest;
  const rows: (readonly [string, string])[] = [];
  if (image) rows.push(['images', `${image.size} x ${image.size} pixels, ${image.maxFrames} frames at most`]);
  if (language) {
    const { layers, vocabulary, contextLength, states } = language;
    const attending = states === undefined ? '' : ' that attend, others that keep states';
    rows.push([
      'language',
      `${layers} layers${attending}, vocabulary ${vocabulary}, context ${contextLength} tokens`,
    ]);
  }
  if (language?.generation !== undefined) {
    const byItself = generationMode(language, facts.manifest.provider) === 'graph';
    rows.push([
      'generation',
      `whole answers in one graph, used ${byItself ? `by itself on ${facts.manifest.provider}` : "where 'run --generation graph' asks for it"}`,
    ]);
  }
  rows.push(...(facts.way?.describe() ?? []));
  const cache = cacheSizes(facts);
  if (cache) {
    const ofImage = cache.bytesPerImage === 0 ? '' : `, ${describeBytes(cache.bytesPerImage)} an image`;
    const { cacheLength } = language ?? {};
    const ofRow =
      cacheLength === undefined
        ? ''
        : `, static: ${cacheLength} tokens, ${describeBytes(cacheLength * cache.bytesPerToken)} a row`;
    rows.push(['cache', `${describeBytes(cache.bytesPerToken)} a token${ofImage}${ofRow}`]);
  }
  return rows;
}

function printGraph(
  name: string,
  graph: GraphManifest,
  { target, provider }: Pick<Manifest, 'target' | 'provider'>,
  { result, table, colour }: Report,
): void {
  const { bold } = colour.out;
  const total = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((sum, each) => sum + each, 0);
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .sort(([a, m], [b, n]) => n - m || a.localeCompare(b))
      .map(([operator, count]) => `${operator} ${count}`)
      .join(', ');
  const nodes = total(graph.operators.after);
  const { fallbacks } = graph;
  const elsewhere = provider === 'cpu' ? '' : `, ${fallbacks.length} on the cpu for want of a kernel`;
  result(`\n${bold(`${name} graph`)} (${graph.file})`);
  table(
    ['', '', ''],
    [
      ['before fusion', String(total(graph.operators.before)), list(graph.operators.before)],
      ['compiled', String(nodes), list(graph.operators.after)],
      ['fusions', String(total(graph.fusions)), list(graph.fusions) || 'none'],
      ...(graph.weightBytes === undefined ? [] : [['weights', '', describeBytes(graph.weightBytes)]]),
      ['runs on', '', `${nodes - fallbacks.length} nodes on ${target}${elsewhere}`],
      ...fallbacks.map(({ node, operator, reason }) => ['', '', `${node} (${operator}): ${reason}`]),
    ],
  );
}
