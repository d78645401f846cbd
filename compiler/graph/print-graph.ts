import { describeCallSite } from '../../dsl/call-site.ts';
import { type Graph, operationsOf } from '../../dsl/graph.ts';
import { describeShape } from '../../dsl/operator.ts';
import type { AttributeValue, Operation, Tensor, TensorType } from '../../dsl/tensor.ts';
import { isStored } from '../stored-parameter.ts';

/** Constants of up to so many values are written out. */
const MOST_VALUES = 4;

/**
 * A graph as text, one operation a line, inputs before their users:
 *
 *     graph language(tokens: int64[batch, text], …) {
 *       %0 = gather(@language.embed.weight, tokens; axis=0) : float32[batch, text, 96]  // language/embed, opt.ts:41:12
 *       …
 *       return logits = %97, new_key.0 = %12
 *     }
 *
 * `%n` are values (`%n.1` a further output), `@name` parameters, numbers in parentheses constants. After `//` stand the
 * blocks that were being called and the author's line.
 */
export function printGraph(graph: Graph): string {
  const names = new Map<Tensor, string>();
  for (const [name, tensor] of Object.entries(graph.inputs)) names.set(tensor, name);
  const nameOf = (tensor: Tensor | undefined): string =>
    tensor === undefined ? 'none' : (names.get(tensor) ?? describeLeaf(tensor));
  const lines: string[] = [];
  for (const [number, operation] of operationsOf(graph).entries()) {
    const { outputs } = operation;
    for (const [index, output] of outputs.entries())
      names.set(output, index === 0 ? `%${number}` : `%${number}.${index}`);
    const made = outputs.map((output) => names.get(output)).join(', ');
    const types = outputs.map(describeType).join(', ');
    const place = describePlace(operation);
    const call = describeCall(operation, operation.inputs.map(nameOf));
    lines.push(`  ${made} = ${call} : ${types}${place === '' ? '' : `  // ${place}`}`);
  }
  const inputs = Object.entries(graph.inputs).map(([name, tensor]) => `${name}: ${describeType(tensor)}`);
  const outputs = Object.entries(graph.outputs).map(([name, tensor]) => `${name} = ${nameOf(tensor)}`);
  return [
    `graph ${graph.name}(${inputs.join(', ')}) {`,
    ...lines,
    `  return ${outputs.join(', ')}`,
    '}',
  ].join('\n');
}

/** `'linear' (language/layers.0/q_proj, models/opt.ts:41:12)`: an operation in a sentence. */
export function describeOperation(operation: Operation): string {
  const place = describePlace(operation);
  return `'${operation.operator.name}'${place === '' ? '' : ` (${place})`}`;
}

/** The blocks that an operation stands in and the author's line, as far as they are known. */
function describePlace({ scope, callSite }: Operation): string {
  const blocks = scope.map(({ name }) => name).join('/');
  return [blocks, callSite === undefined ? '' : describeCallSite(callSite)]
    .filter((part) => part !== '')
    .join(', ');
}

function describeCall({ operator, attributes }: Operation, inputs: readonly string[]): string {
  const given = Object.entries(attributes).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${describeAttribute(value)}`],
  );
  return `${operator.name}(${[inputs.join(', '), given.join(', ')].filter((part) => part !== '').join('; ')})`;
}

function describeAttribute(value: AttributeValue): string {
  return typeof value === 'object' ? `[${value.join(', ')}]` : String(value);
}

/** What a tensor is that no operation makes: `@perceiver.latents`, `(0.5)`, `(float32[3, 64])`, `input 'x'`. */
export function describeLeaf(tensor: Tensor): string {
  const { source } = tensor;
  if (source.kind === 'parameter')
    return isStored(source.parameter) ? `@${source.parameter.name}` : `@(${describeType(tensor)})`;
  if (source.kind === 'constant') {
    const values = Array.from(source.data.subarray(0, MOST_VALUES), String);
    return source.data.length > MOST_VALUES ? `(${describeType(tensor)})` : `(${values.join(', ')})`;
  }
  return source.kind === 'input'
    ? `input '${source.name}'`
    : `the result of '${source.operation.operator.name}'`;
}

function describeType({ dtype, shape }: TensorType): string {
  return `${dtype}${describeShape(shape)}`;
}
