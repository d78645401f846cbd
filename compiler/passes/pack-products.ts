import { type Graph, operationsOf, usersOf } from '../../dsl/graph.ts';
import { concat } from '../../dsl/operators/concat.ts';
import { split } from '../../dsl/operators/split.ts';
import { parameterTensor } from '../../dsl/parameter.ts';
import { multiplyDims, termsOf } from '../../dsl/shape/dim.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';
import { onBehalfOf } from '../graph/on-behalf-of.ts';
import { rebuild } from '../graph/rebuild.ts';
import { reapply, withRenewedInputs } from '../graph/rewrite.ts';
import { quantisedLinearOperator } from '../quantisation/quantised-linear.ts';
import { joinedParameter, storedParameter } from '../stored-parameter.ts';

/**
 * Computes products of one value with several quantised weights as one product, whose result is split: the projections
 * to queries, keys and values, or to a gate and what it closes. Each product rounds the value to whole numbers anew and
 * is a call of its own, which counts where it has few rows; so those that always have many rows (pictures) stay apart,
 * where the split is what counts. The weights are stored one behind the other, not copied.
 */
export function packProducts(graph: Graph): Graph {
  const packs = packsOf(graph);
  if (packs.size === 0) return graph;
  const parts = new Map<Operation, Tensor>();
  return rebuild(graph, {
    needs: ({ inputs }) => inputs,
    build: (operation, renewed) => {
      const pack = packs.get(operation);
      if (pack === undefined) return withRenewedInputs(operation, renewed).outputs;
      if (!parts.has(operation)) {
        const results = onBehalfOf(operation, () => packed(pack, renewed(present(operation.inputs[0]))));
        for (const [index, each] of pack.entries()) parts.set(each, present(results[index]));
      }
      return [present(parts.get(operation))];
    },
  });
}

/** For each product that becomes part of another all of that one's, in the graph's order. */
function packsOf(graph: Graph): ReadonlyMap<Operation, readonly Operation[]> {
  const users = usersOf(graph);
  const byValue = new Map<Tensor, Map<string, Operation[]>>();
  for (const operation of operationsOf(graph)) {
    const [x, values, scales, bias] = operation.inputs;
    if (operation.operator !== quantisedLinearOperator || x === undefined || !mayBeOneRow(x)) continue;
    // A weight that several products read would be stored, and kept in memory, for each of them.
    const alone = [values, scales].every(
      (each) => each?.source.kind === 'parameter' && users.get(each)?.length === 1,
    );
    if (!alone || bias?.source.kind === 'operation') continue;
    const { format, width, block } = operation.attributes;
    const form = `${format} ${width} ${block} ${bias === undefined}`;
    const forms = byValue.get(x) ?? new Map<string, Operation[]>();
    byValue.set(x, forms.set(form, [...(forms.get(form) ?? []), operation]));
  }
  const groups = [...byValue.values()].flatMap((forms) => [...forms.values()]);
  return new Map(
    groups.filter(({ length }) => length > 1).flatMap((group) => group.map((each) => [each, group] as const)),
  );
}

/** Whether nothing but open sizes stands before the last axis. */
function mayBeOneRow({ shape }: Tensor): boolean {
  return termsOf(multiplyDims(...shape.slice(0, -1))).every(
    ({ coefficient, names }) => coefficient === 1 && names.length > 0,
  );
}

function packed(pack: readonly Operation[], x: Tensor): readonly Tensor[] {
  const member = (index: number): readonly Tensor[] => pack.map(({ inputs }) => present(inputs[index]));
  const values = member(1);
  const bias = pack[0]?.inputs[3] === undefined ? undefined : concat(member(3), 0);
  const first = present(pack[0]);
  const product = reapply(first, [x, joined(values), joined(member(2)), bias], first.attributes);
  return split(
    present(product.outputs[0]),
    values.map(({ shape }) => present(shape[0])),
    -1,
  );
}

function joined(parameters: readonly Tensor[]): Tensor {
  return parameterTensor(
    joinedParameter(
      parameters.map(({ source }) => {
        if (source.kind !== 'parameter') throw new Error('a packed weight is a parameter');
        return storedParameter(source.parameter);
      }),
    ),
  );
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a pack has no product that it was made of');
  return value;
}
