/**
 * The size of one axis: a literal (`2048`), a name that stays open until the model runs (`'text'`), or a sum or
 * product of those written as a string (`'past+text'`, `'heads*headDim'`). The wide types `number` and `string`
 * agree with anything in the type checker; such sizes are checked when the model is built.
 */
export type Dim = number | string;
export type Shape = readonly Dim[];
