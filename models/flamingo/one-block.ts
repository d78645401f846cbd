/** The sentence of a block that would be the same at every layer, in types and when the model is built. */
export const oneBlock = <Name extends string>(name: Name): OneBlock<Name> =>
  `flamingo: crossAttention.block is one ${name}, whose weights all layers would share; give what makes one for each, as in block: () => make({ … })`;

export type OneBlock<Name extends string> =
  `flamingo: crossAttention.block is one ${Name}, whose weights all layers would share; give what makes one for each, as in block: () => make({ … })`;
