import type { GraphManifest, Manifest } from '../../artifact/manifest.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { calibrationRows, describePrecision } from '../describe-precision.ts';
import { describeLinked, weightsFacts } from '../describe-weights.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
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
  const { openArtifact } = await import('../../runtime/artifact.ts');
  const { workPerStep } = await import('../work-per-step.ts');
  const { manifest } = await openArtifact(folder, { runnable: false });
  const facts = { manifest, work: workPerStep(manifest) };
  if (json) report.result(JSON.stringify(describe(facts), undefined, 2));
  else print(facts, report);
  return EXIT.ok;
}

interface Facts {
  readonly manifest: Manifest;
  readonly work: readonly { readonly step: string; readonly multiplyAdds: number }[];
}

function describe({ manifest, work }: Facts): object {
  const { model, target, fusion, precision, parameters, language, image, crossAttention, graphs, files } =
    manifest;
  return {
    model,
    target,
    fusion,
    precision,
    parameters,
    cache: cacheSizes(manifest),
    language,
    image,
    crossAttention,
    work,
    graphs,
    weights: weightsFacts(manifest),
    files,
  };
}

/** Bytes that the runtime keeps: float32 keys and values of every layer, for each token and for each image. */
function cacheSizes({ language, crossAttention }: Manifest): {
  readonly bytesPerToken: number;
  readonly bytesPerImage: number;
} {
  const perRow = ({ layers, headDim }: { layers: number; headDim: number }, heads: number) =>
    2 * 4 * layers * heads * headDim;
  return {
    bytesPerToken: perRow(language, language.keyValueHeads),
    bytesPerImage: perRow(crossAttention, crossAttention.heads) * crossAttention.latents,
  };
}

const ORIGIN = {
  loaded: 'loaded',
  seeded: 'drawn from a seed, not trained',
  mixed: 'partly loaded, the rest drawn from a seed',
  none: 'none: compiled without values',
};

function print({ manifest, work }: Facts, report: Report): void {
  const { model, target, fusion, precision, parameters, language, image, crossAttention, graphs, files } =
    manifest;
  const { bold } = report.colour.out;
  const { bytesPerToken, bytesPerImage } = cacheSizes(manifest);
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
      [
        'images',
        `${image.size} x ${image.size} pixels, ${image.maxFrames} frames at most, ${crossAttention.latents} latents each`,
      ],
      [
        'language',
        `${language.layers} layers, vocabulary ${language.vocabulary}, context ${language.contextLength} tokens`,
      ],
      [
        'cross-attention',
        `${crossAttention.layers} blocks of ${crossAttention.heads} heads x ${crossAttention.headDim}`,
      ],
      ['cache', `${describeBytes(bytesPerToken)} a token, ${describeBytes(bytesPerImage)} an image`],
    ],
  );
  if (work.length > 0) {
    report.result(`\n${bold('Work')}`);
    report.table(
      ['step', 'multiply-adds'],
      work.map(({ step, multiplyAdds }) => [step, describeCount(multiplyAdds)]),
    );
  }
  for (const [name, graph] of Object.entries(graphs)) printGraph(name, graph, target, report);
  report.result(`\n${bold('Files')}`);
  const linked = describeLinked(manifest);
  if (linked !== undefined) report.result(linked);
  report.table(
    ['file', 'size'],
    Object.entries(files).map(([file, { bytes }]) => [file, describeBytes(bytes)]),
  );
}

function printGraph(
  name: string,
  graph: GraphManifest,
  target: string,
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
  const elsewhere = target === 'cpu' ? '' : `, ${fallbacks.length} on the cpu for want of a kernel`;
  result(`\n${bold(`${name} graph`)} (${graph.file})`);
  table(
    ['', '', ''],
    [
      ['before fusion', String(total(graph.operators.before)), list(graph.operators.before)],
      ['compiled', String(nodes), list(graph.operators.after)],
      ['fusions', String(total(graph.fusions)), list(graph.fusions) || 'none'],
      ['runs on', '', `${nodes - fallbacks.length} nodes on ${target}${elsewhere}`],
      ...fallbacks.map(({ node, operator, reason }) => ['', '', `${node} (${operator}): ${reason}`]),
    ],
  );
}
