/** What `attention` says. */

export const QUERY = 'attention: the query must be [batch, queries, heads*headDim], but it is {query}';
export const QUERY_HEADS =
  "attention: the query's width {width} is not a multiple of its {heads} heads; choose heads that divide it";
export const SHARED_HEADS =
  'attention: {heads} query heads cannot share {keyValueHeads} key and value heads evenly';
export const KEYS =
  'attention: the {name} must be [{batch}, keys, {heads}*{headDim}] or [{batch}, {heads}, keys, {headDim}] to fit the query, but it is {shape}';
export const UNLIKE = 'attention: key and value must have one shape, but they are {key} and {value}';
export const PAST =
  'attention: the past {name} must be [{batch}, {heads}, past, {headDim}], but it is {shape}';
export const PAST_LENGTH = 'attention: the past key and the past value must be equally long';
export const NOT_STRETCHED =
  'attention: the {name} must stretch to [batch, heads, queries, keys] = {full}, but it is {shape}';
