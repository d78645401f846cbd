import type { GraphManifest, Manifest } from '../../artifact/manifest.ts';
import { calibrationRows, describePrecision } from '../describe-precision.ts';
import { describeLinked, weightsFacts } from '../describe-weights.ts';
import { describeBytes, describeCount, type Report } from '../report.ts';

const ORIGIN = {
  loaded: () => 'loaded',
  seeded: (seed: number) => `drawn from seed ${seed}: not trained`,
  mixed: (seed: number) => `loaded, the rest drawn from seed ${seed}: not trained`,
  none: () => 'left out: the graphs cannot run',
};

/** What was compiled, for `--json`. */
export function describe(manifest: Manifest, out: string, seconds: number): object {
  const { model, target, fusion, precision, parameters, graphs } = manifest;
  const counts = Object.entries(graphs).map(([name, { operators, fusions, fallbacks }]) => [
    name,
    { operators: operators.before, nodes: operators.after, fusions, fallbacks },
  ]);
  return {
    model: model.name,
    out,
    seconds,
    target,
    fusion,
    precision,
    parameters,
    weights: weightsFacts(manifest),
    graphs: Object.fromEntries(counts),
  };
}

/** What was compiled, for a person. */
export function summarise(manifest: Manifest, out: string, seconds: number, report: Report): void {
  const { result, table, colour } = report;
  const { parameters, precision, graphs, model, target, fusion } = manifest;
  const { count, trainable, bytes, origin, seed } = parameters;
  const linked = describeLinked(manifest);
  const made = `${model.name} -> ${out} for ${target} in ${seconds.toFixed(1)} s`;
  // The tick is for what was checked.
  result(linked === undefined ? `${colour.out.green('✓')} ${made}` : `${made}, weights not checked`);
  result(
    `${describeCount(count)} parameters (${describeCount(trainable)} trainable), ${describeBytes(bytes)} (${describePrecision(precision)}), ${ORIGIN[origin](seed)}`,
  );
  if (linked !== undefined) result(linked);
  graphTable(graphs, fusion, report);
  const cost = calibrationRows(precision);
  if (cost.length > 0)
    table(
      ['precision', precision.weights],
      cost.map((row) => [...row]),
    );
}

/** The size of every graph, a row each. */
export function graphTable(
  graphs: Readonly<Record<string, Pick<GraphManifest, 'operators' | 'fusions' | 'fallbacks'>>>,
  fusion: boolean,
  { table }: Report,
): void {
  const total = (counts: Readonly<Record<string, number>>) =>
    String(Object.values(counts).reduce((sum, each) => sum + each, 0));
  table(
    ['graph', 'operators', 'ONNX nodes', fusion ? 'fusions' : 'fusions (off)', 'without a kernel'],
    Object.entries(graphs).map(([name, { operators, fusions, fallbacks }]) => [
      name,
      total(operators.before),
      total(operators.after),
      total(fusions),
      String(fallbacks.length),
    ]),
  );
}
