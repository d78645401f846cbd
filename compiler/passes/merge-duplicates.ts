import type { Graph } from '../../dsl/graph.ts';
import type { Attributes, AttributeValue, ConstantData, Tensor } from '../../dsl/tensor.ts';
import { rewrite } from '../graph/rewrite.ts';

/**
 * Computes equal operations once: the same operator with the same attributes on the same inputs (hash consing).
 * Constants are the same when their bytes are; parameters and inputs when they are one object.
 */
export function mergeDuplicates(graph: Graph): Graph {
  const identities = new Identities();
  const firsts = new Map<string, readonly Tensor[]>();
  return rewrite(graph, ({ operator, inputs, attributes, outputs }) => {
    const names = inputs.map((input) => (input === undefined ? '-' : identities.of(input)));
    const key = `${operator.name}(${names.join(' ')})${attributesKey(attributes)}`;
    const first = firsts.get(key);
    if (first !== undefined) return first;
    firsts.set(key, outputs);
    return undefined;
  });
}

/** A short word for each tensor; equal words mean equal values. */
class Identities {
  private readonly words = new Map<Tensor, string>();
  private readonly constants = new Map<string, string>();
  private count = 0;

  of(tensor: Tensor): string {
    const known = this.words.get(tensor);
    if (known !== undefined) return known;
    const word =
      tensor.source.kind === 'constant' ? this.ofConstant(tensor, tensor.source.data) : this.next();
    this.words.set(tensor, word);
    return word;
  }

  private ofConstant({ dtype, shape }: Tensor, data: ConstantData): string {
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('latin1');
    const content = `${dtype}[${shape.join(',')}]${bytes}`;
    const known = this.constants.get(content);
    if (known !== undefined) return known;
    const word = this.next();
    this.constants.set(content, word);
    return word;
  }

  private next(): string {
    return `${this.count++}`;
  }
}

/** Attributes as text, independent of their order; a missing attribute is the same as an undefined one. */
function attributesKey(attributes: Attributes): string {
  const entries = Object.entries(attributes).filter(([, value]) => value !== undefined);
  return entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `;${name}=${valueKey(value)}`)
    .join('');
}

function valueKey(value: AttributeValue | undefined): string {
  // String, not JSON: JSON cannot tell NaN and the infinities from null.
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value === 'object') return `[${value.map(valueKey).join(',')}]`;
  return JSON.stringify(value) ?? '';
}
