import type { Dtype } from '../../dsl/dtype.ts';
import type { OnnxNode } from './onnx-graph.ts';

/**
 * A node that stands for no operation of the author's, named after its first output.
 *
 * @param inputs names of values, each alone or with its dtype, which a target's table of kernels asks for
 */
export function plainNode(
  type: string,
  inputs: readonly (string | readonly [name: string, dtype: Dtype])[],
  outputs: readonly string[],
  attributes: OnnxNode['attributes'] = {},
): OnnxNode {
  return {
    name: outputs[0] ?? type,
    type,
    domain: '',
    inputs: inputs.map((each) => (typeof each === 'string' ? each : each[0])),
    outputs,
    attributes,
    doc: undefined,
    inputDtypes: inputs.map((each) => (typeof each === 'string' ? undefined : each[1])),
  };
}
