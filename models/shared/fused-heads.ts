import { rearrange, split, type Tensor } from '../../dsl/index.ts';

/**
 * Queries, keys and values of one projection in which each group's lie together: its queries, its key, its value. Every
 * head is a group of its own in GPT-NeoX and BLOOM, all are one in Falcon-7B.
 *
 * @param projected `[batch, text, groups*(heads/groups + 2)*headDim]`
 * @returns queries `[batch, text, heads*headDim]`, keys and values `[batch, text, groups*headDim]`
 */
export function fusedHeads(
  projected: Tensor,
  { heads, groups, headDim }: { readonly heads: number; readonly groups: number; readonly headDim: number },
): readonly [query: Tensor, key: Tensor, value: Tensor] {
  const byGroup = rearrange(projected, 'batch text (groups features) -> batch text groups features', {
    groups,
  });
  const flat = (part: Tensor): Tensor =>
    rearrange(part, 'batch text groups features -> batch text (groups features)');
  const [query, key, value] = split(byGroup, [(heads / groups) * headDim, headDim, headDim]);
  return [flat(query), flat(key), flat(value)];
}
