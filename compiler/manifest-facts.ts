import type { GraphManifest, Manifest } from '../artifact/manifest.ts';
import { BYTES_PER_ELEMENT, type Dtype } from '../dsl/dtype.ts';
import { elementCount } from '../dsl/element-count.ts';
import type { BuiltGraph } from './build-program.ts';
import { operatorName } from './onnx/kernels.ts';
import { nodesOf } from './onnx/onnx-graph.ts';
import { type StoredParameter, weightOf } from './stored-parameter.ts';
import type { CompilerTarget } from './target/compiler-target.ts';
import { fallbacksOf } from './target/fallbacks.ts';
import type { WeightSource } from './weights/match/match-weights.ts';

/** What the manifest says of a compiled graph, but for its file. Nodes within nodes count as others do. */
export function graphFacts(
  { onnx, report, work }: BuiltGraph,
  target: CompilerTarget,
): Omit<GraphManifest, 'file'> {
  const after: Record<string, number> = {};
  for (const node of nodesOf(onnx)) {
    const operator = operatorName(node);
    after[operator] = (after[operator] ?? 0) + 1;
  }
  return {
    inputs: onnx.inputs.map((port) => ({ ...port, shape: [...port.shape] })),
    outputs: onnx.outputs.map((port) => ({ ...port, shape: [...port.shape] })),
    ...(work && { work }),
    operators: { before: Object.fromEntries(report.before), after },
    fusions: Object.fromEntries(report.fusions),
    fallbacks: [...fallbacksOf(onnx, target)],
    weightBytes: onnx.parameters.reduce(
      (sum, { parameter }) => sum + elementCount(parameter.shape) * BYTES_PER_ELEMENT[parameter.dtype],
      0,
    ),
  };
}

/** What the manifest says of an artifact's parameters. */
export function parameterFacts(
  parameters: readonly StoredParameter[],
  given: {
    readonly sources: ReadonlyMap<string, WeightSource>;
    /** Whether the artifact has values at all. */
    readonly hasWeights: boolean;
    readonly seed: number;
    /** As they are stored. Default: as the graphs read them. */
    readonly bytes: number | undefined;
  },
): Manifest['parameters'] {
  const { sources, hasWeights, seed, bytes } = given;
  const size = (parameter: StoredParameter) => elementCount(parameter.shape);
  const sum = (list: readonly StoredParameter[]) =>
    list.reduce((total, parameter) => total + size(parameter), 0);
  const isWhole = ({ name, shape }: StoredParameter) => {
    const source = sources.get(name);
    return source !== undefined && (source.rows === undefined || source.rows.count === shape[0]);
  };
  const originals = keptOnce(parameters).flatMap((parameter) => weightOf(parameter) ?? []);
  const loadedOrMixed = originals.every(isWhole) ? 'loaded' : 'mixed';
  const withValues = sources.size === 0 ? 'seeded' : loadedOrMixed;
  return {
    count: sum(originals),
    trainable: sum(originals.filter((parameter) => parameter.trainable)),
    bytes: bytes ?? parameters.reduce((total, each) => total + size(each) * BYTES_PER_ELEMENT[each.dtype], 0),
    origin: hasWeights ? withValues : 'none',
    seed,
  };
}

/** Without what is kept quantised besides: a head that is also the embeddings is one weight. */
function keptOnce(parameters: readonly StoredParameter[]): readonly StoredParameter[] {
  const whole = new Set(parameters.flatMap(({ name, quantised }) => (quantised ? [] : [name])));
  return parameters.filter(({ quantised }) => quantised === undefined || !whole.has(quantised.weight.name));
}

/** How many weights are kept in which form; those that are kept in two count as whole. */
export function countKept(
  parameters: readonly StoredParameter[],
  dtypeOf: (parameter: StoredParameter) => Dtype,
): Manifest['precision']['kept'] {
  const counts: Record<string, number> = {};
  for (const parameter of keptOnce(parameters)) {
    const weight = weightOf(parameter);
    if (weight === undefined) continue;
    const form = parameter.quantised?.format ?? dtypeOf(parameter);
    counts[form] = (counts[form] ?? 0) + elementCount(weight.shape);
  }
  return counts;
}
