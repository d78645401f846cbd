import type { Dtype } from '../../dsl/dtype.ts';
import type { NodeAttribute } from './onnx-graph.ts';

const TRUTHS: ReadonlySet<string> = new Set(
  'Equal Less LessOrEqual Greater GreaterOrEqual And Or Xor Not IsNaN IsInf'.split(' '),
);
const NUMBERS: ReadonlySet<string> = new Set('Shape Size ArgMax ArgMin NonZero'.split(' '));

/** What runs a graph of its own gives that graph's outputs, and these make their results from nothing. */
const UNKNOWN: ReadonlySet<string> = new Set('Loop If Scan Constant ConstantOfShape'.split(' '));

/** The dtypes of a node's outputs, as far as its own and its inputs' say: most operators give what they are given first. */
export function resultDtypes(
  type: string,
  inputs: readonly (Dtype | undefined)[],
  attributes: Readonly<Record<string, NodeAttribute | undefined>>,
): readonly (Dtype | undefined)[] {
  if (UNKNOWN.has(type)) return [];
  if (TRUTHS.has(type)) return ['bool'];
  if (NUMBERS.has(type)) return ['int64'];
  if (type === 'TopK') return [inputs[0], 'int64'];
  if (type === 'Where') return [inputs[1]];
  if (type === 'Cast') {
    const { to } = attributes;
    return [typeof to === 'object' && 'type' in to ? to.type : undefined];
  }
  const [first] = inputs;
  return [first, first, first];
}
