import { createHash } from 'node:crypto';
import { type Graph, operationsOf } from '../../dsl/graph.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';
import { type StoredParameter, storedParameter } from '../stored-parameter.ts';

/**
 * A hash of what a graph computes as its author wrote it: operators, attributes, constants, names of inputs and
 * parameters. Comments, formatting, and how this project optimises or lowers the graph make no difference.
 */
export function fingerprint(graph: Graph): string {
  const hash = createHash('sha256');
  const numbers = new Map<Operation, number>();
  const describe = (tensor: Tensor | undefined): string => {
    if (tensor === undefined) return 'none';
    const { source, dtype, shape } = tensor;
    const type = `${dtype}[${shape.join(',')}]`;
    switch (source.kind) {
      case 'operation':
        return `${numbers.get(source.operation)}.${source.output}`;
      case 'parameter':
        return describeParameter(storedParameter(source.parameter), type);
      case 'input':
        return `input ${source.name} ${type}`;
      case 'constant':
        return `constant ${type} ${createHash('sha256').update(source.data).digest('hex')}`;
    }
  };
  for (const operation of operationsOf(graph)) {
    numbers.set(operation, numbers.size);
    const attributes = Object.entries(operation.attributes).sort(([a], [b]) => (a < b ? -1 : 1));
    hash.update(JSON.stringify([operation.operator.name, attributes, operation.inputs.map(describe)]));
  }
  for (const [name, tensor] of Object.entries(graph.outputs)) hash.update(`${name} ${describe(tensor)}`);
  return hash.digest('hex');
}

function describeParameter({ name, trainable }: StoredParameter, type: string): string {
  return `parameter ${name} ${trainable} ${type}`;
}
