/** Every weight of a part of a recipe, under the name that it has in another run's weights. */
export function wholePart(part: string): { readonly ours: string; readonly theirs: string } {
  return { ours: `${part}.*`, theirs: `${part}.*` };
}
