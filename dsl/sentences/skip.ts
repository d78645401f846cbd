/** What operators on a residual stream say. */

export const OTHER_SHAPE = '{operator}: skip must have the shape of x, {x}, but it is {skip}';
export const GATE = 'gatedAdd: gate must hold 1 value, but it is {gate}';
