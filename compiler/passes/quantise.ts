import type { Graph } from '../../dsl/graph.ts';
import { operationsOf } from '../../dsl/graph.ts';
import { gatherOperator } from '../../dsl/operators/gather.ts';
import { parameterTensor } from '../../dsl/parameter.ts';
import type { Precision, QuantisedFormat } from '../../dsl/precision.ts';
import type { Target } from '../../dsl/target.ts';
import type { Operator, Tensor } from '../../dsl/tensor.ts';
import { rewrite } from '../graph/rewrite.ts';
import { BLOCK, BLOCK_FORMATS, isQuantised, memberShapes } from '../quantisation/block-format.ts';
import { int8Linear, WIDEST_INT8 } from '../quantisation/int8-linear.ts';
import { quantisedLinear } from '../quantisation/quantised-linear.ts';
import { type StoredParameter, storedParameter } from '../stored-parameter.ts';

/**
 * The weights that have a scale for every few numbers in int8 where a target would have them with one a row: by their
 * names, or all.
 */
export type Blockwise = ReadonlySet<string> | 'all';

/**
 * Puts quantised weights in the place of those of linear layers, and of matrices `[in, out]` on the right of a product,
 * where the author's mark or else `precision` asks for it. A weight that anything else reads too, here or in another of the
 * program's graphs, stays as it is, but for an embedding that is also the head: rows are picked from the weight itself, and
 * the head, which a token reads whole, has quantised ones besides, in int8 where int4 is asked for.
 *
 * @param options.others the program's other graphs; default none
 */
export function quantise(
  graph: Graph,
  {
    precision,
    target,
    marks = true,
    blockwise = new Set(),
    others = [],
  }: {
    readonly precision: Precision;
    readonly target: Target;
    readonly marks?: boolean;
    readonly blockwise?: Blockwise;
    readonly others?: readonly Graph[];
  },
): Graph {
  const uses = usesOfParameters([graph, ...others]);
  const members = new Map<StoredParameter, readonly [Tensor, Tensor]>();
  return rewrite(graph, ({ operator, inputs: [x, weight, bias] }) => {
    if (x === undefined || !isWeightOf(operator, 1, weight)) return undefined;
    if (weight?.source.kind !== 'parameter') return undefined;
    const parameter = storedParameter(weight.source.parameter);
    const use = uses.get(parameter.name);
    const asked = marks ? (parameter.precision ?? precision) : precision;
    const format = asked === 'int4' && use === 'tied' ? 'int8' : asked;
    if (!isQuantised(format) || use === 'other') return undefined;
    const transposed = operator.weight === '[in, out]';
    const width = parameter.shape[transposed ? 0 : 1] ?? 1;
    const perRow =
      format === 'int8' &&
      target.capabilities.int8Rows &&
      width <= WIDEST_INT8 &&
      blockwise !== 'all' &&
      !blockwise.has(parameter.name);
    const block = perRow ? width : BLOCK;
    const [values, scales] =
      members.get(parameter) ?? quantisedMembers(parameter, { format, block, perRow, transposed });
    members.set(parameter, [values, scales]);
    if (perRow) return [int8Linear([x, values, scales, bias])];
    return [quantisedLinear([x, values, scales, bias], { format, width, block })];
  });
}

/** Whether an input is the matrix of a linear map. */
function isWeightOf({ weight }: Operator, index: number, input: Tensor | undefined): boolean {
  return index === 1 && weight !== 'none' && input?.shape.length === 2;
}

/**
 * What reads a parameter: products of one orientation alone; those and what picks its rows, as a head that is also the
 * embeddings; or something else too.
 */
type Use = 'product' | 'tied' | 'other';

function usesOfParameters(graphs: readonly Graph[]): ReadonlyMap<string, Use> {
  const ways = new Map<string, Set<string>>();
  for (const { operator, inputs } of graphs.flatMap((graph) => [...operationsOf(graph)])) {
    for (const [index, input] of inputs.entries()) {
      if (input?.source.kind !== 'parameter') continue;
      const { name } = storedParameter(input.source.parameter);
      const isPicked = operator === gatherOperator && index === 0;
      const way = isWeightOf(operator, index, input) ? operator.weight : isPicked ? 'rows' : 'otherwise';
      ways.set(name, (ways.get(name) ?? new Set()).add(way));
    }
  }
  return new Map([...ways].map(([name, by]) => [name, useOf(by)]));
}

function useOf(ways: ReadonlySet<string>): Use {
  const products = new Set(ways);
  const isPicked = products.delete('rows');
  if (products.size !== 1 || products.has('otherwise')) return 'other';
  return isPicked ? 'tied' : 'product';
}

function quantisedMembers(
  weight: StoredParameter,
  {
    format,
    block,
    perRow,
    transposed,
  }: {
    readonly format: QuantisedFormat;
    readonly block: number;
    readonly perRow: boolean;
    readonly transposed: boolean;
  },
): readonly [Tensor, Tensor] {
  const [out = 1, width = 1] = transposed ? weight.shape.toReversed() : weight.shape;
  const shapes = perRow
    ? { values: [width, out], scales: [out] }
    : memberShapes(BLOCK_FORMATS[format], [out, width], block);
  const member = (name: 'values' | 'scales', dtype: 'uint8' | 'int8' | 'float32'): Tensor => {
    const parameter: StoredParameter = {
      name: `${weight.name}.${format}.${name}`,
      dtype,
      shape: shapes[name],
      initialiser: weight.initialiser,
      trainable: weight.trainable,
      ...(weight.precision && { precision: weight.precision }),
      quantised: {
        ...{ weight, format, block, member: name },
        ...(perRow && { perRow }),
        ...(transposed && { transposed }),
      },
    };
    return parameterTensor(parameter);
  };
  return [member('values', perRow ? 'int8' : 'uint8'), member('scales', 'float32')];
}
