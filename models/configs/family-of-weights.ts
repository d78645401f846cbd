/** A family of language models that weights tell by their names. */
export interface WeightFamily {
  /** What people call it. */
  readonly name: string;
  /** The `model_type`s of its configs. */
  readonly types: readonly string[];
}

/**
 * The beginnings of names that only one family's classes give, alone or as an OpenFlamingo's `lang_encoder`. In a
 * checkpoint of trained weights these are the embeddings, and the blocks before the layers.
 */
const FAMILIES: readonly (WeightFamily & { readonly names: RegExp })[] = [
  { name: 'OPT', types: ['opt'], names: /^(lang_encoder\.)?(model\.)?decoder\.(layers\.\d+|embed_tokens)\./ },
  { name: 'MPT', types: ['mpt', 'mosaic_gpt'], names: /^(lang_encoder\.)?transformer\.blocks\.\d+\./ },
  { name: 'GPT-NeoX', types: ['gpt_neox'], names: /^(lang_encoder\.)?gpt_neox\.(layers\.\d+|embed_in)\./ },
  { name: 'LLaMA', types: ['llama'], names: /^(lang_encoder\.)?model\.(layers\.\d+|embed_tokens)\./ },
  {
    name: 'GPT-2',
    types: ['gpt2'],
    names: /^(transformer\.)?h\.\d+\.attn\.c_attn\.|^lang_encoder\.transformer\.h\.\d+\./,
  },
];

/**
 * The family whose weights have these names, and one of them to show; undefined where none is recognised, or several
 * are.
 */
export function familyOfWeights(
  names: readonly string[],
): (WeightFamily & { readonly example: string }) | undefined {
  const found = FAMILIES.flatMap(({ names: pattern, ...family }) => {
    const example = names.find((name) => pattern.test(name));
    return example === undefined ? [] : [{ ...family, example }];
  });
  return found.length === 1 ? found[0] : undefined;
}

/**
 * The family whose weights these are where it is another one than a config's; undefined for a `model_type` that is none
 * of this project's families, whose weights may have any names.
 */
export function familyOfOthers(names: readonly string[], type: string): ReturnType<typeof familyOfWeights> {
  if (!FAMILIES.some(({ types }) => types.includes(type))) return undefined;
  const family = familyOfWeights(names);
  return family?.types.includes(type) === true ? undefined : family;
}
