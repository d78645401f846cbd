/** What `rearrange`, `repeat` and `reduce` say, and where it is the same `einsum`. */

export const ARROW = "the pattern '{pattern}' needs one '->' between the axes before and after";
export const PARENTHESES = "the parentheses of the pattern '{pattern}' do not match";
export const ONE_TENSOR = 'a comma separates tensors in einsum patterns only';
export const ON_ONE_SIDE_TWICE = "axis '{name}' occurs twice on the {side} of ->";
export const ELLIPSIS_TWICE = "'...' occurs twice on the {side} of ->";
export const ELLIPSIS_ONCE = "'...' must be on both sides of -> or on neither";
export const UNKNOWN_AXIS = "unknown axis '{name}' on the right of ->; the left has: {known}";
export const LOST_AXIS = "axis '{name}' on the left of -> is missing on the right";
export const NEW_AXIS = "axis '{name}' is new on the right of ->, so give its size";
export const PLACED_NUMBER = 'the number {number} can stand only on the right of -> in repeat';
export const STRAY_SIZE = "a size is given for '{name}', which the pattern does not have";
export const AXIS_COUNT = 'the pattern has {axes} axes on the left, but the tensor {shape} has {rank}';
export const LEAST_AXIS_COUNT =
  'the pattern has at least {axes} axes on the left, but the tensor {shape} has {rank}';
export const MADE_SIZE = "axis '{axis}' is {size}, but the pattern makes it {made}";
export const NOT_DIVIDED = "axis '{axis}' is {size}, which {known} does not divide";
export const SEVERAL_UNKNOWN = "axis '{axis}' is {size}: give the size of all its parts but one";
