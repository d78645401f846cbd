import type { Target } from '../../dsl/emitter.ts';
import type { Graph } from '../../dsl/graph.ts';
import { operationsOf } from '../../dsl/graph.ts';
import { linearOperator } from '../../dsl/operators/linear.ts';
import { parameterTensor } from '../../dsl/parameter.ts';
import type { Precision } from '../../dsl/precision.ts';
import type { Operation, ParameterInfo, Tensor } from '../../dsl/tensor.ts';
import {
  BLOCK_FORMATS,
  blockSize,
  isQuantised,
  memberShapes,
  type QuantisedFormat,
} from '../quantisation/block-format.ts';
import { quantisedLinear } from '../quantisation/quantised-linear.ts';
import { rewrite } from './rewrite.ts';

/**
 * Puts quantised weights in the place of those of linear layers, where the author's mark or else `precision` asks for
 * it. A weight that anything else reads too (an embedding that is also the head) stays as it is.
 */
export function quantise(
  graph: Graph,
  {
    precision,
    target,
    marks = true,
  }: { readonly precision: Precision; readonly target: Target; readonly marks?: boolean },
): Graph {
  const shared = readOtherwise(graph);
  const members = new Map<ParameterInfo, readonly [Tensor, Tensor]>();
  return rewrite(graph, ({ operator, inputs: [x, weight, bias] }) => {
    if (operator.name !== linearOperator.name || x === undefined) return undefined;
    if (weight?.source.kind !== 'parameter') return undefined;
    const { parameter } = weight.source;
    const format = marks ? (parameter.precision ?? precision) : precision;
    if (!isQuantised(format) || shared.has(parameter)) return undefined;
    const width = parameter.shape[1] ?? 1;
    const block = blockSize(format, width, target);
    const [values, scales] = members.get(parameter) ?? quantisedMembers(parameter, format, block);
    members.set(parameter, [values, scales]);
    return [quantisedLinear([x, values, scales, bias], { format, width, block })];
  });
}

function readOtherwise(graph: Graph): ReadonlySet<ParameterInfo> {
  const isLinearWeight = ({ operator }: Operation, index: number) =>
    operator.name === linearOperator.name && index === 1;
  const parameters = operationsOf(graph).flatMap((operation) =>
    operation.inputs.flatMap((input, index) =>
      input?.source.kind === 'parameter' && !isLinearWeight(operation, index) ? input.source.parameter : [],
    ),
  );
  return new Set(parameters);
}

function quantisedMembers(
  weight: ParameterInfo,
  format: QuantisedFormat,
  block: number,
): readonly [Tensor, Tensor] {
  const shapes = memberShapes(BLOCK_FORMATS[format], weight.shape, block);
  const member = (name: 'values' | 'scales', dtype: 'uint8' | 'float32'): Tensor =>
    parameterTensor({
      ...weight,
      name: weight.name === undefined ? undefined : `${weight.name}.${format}.${name}`,
      dtype,
      shape: shapes[name],
      quantised: { weight, format, block, member: name },
    });
  return [member('values', 'uint8'), member('scales', 'float32')];
}
