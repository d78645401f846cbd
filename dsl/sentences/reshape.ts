/** What `reshape` says. */

export const FREE_TWICE = 'reshape: {target} may have -1 once';
export const ELEMENTS = 'reshape: {shape} holds {elements} elements, but {target} holds {given}';
export const MULTIPLE =
  'reshape: {shape} holds {elements} elements, but {target} holds a multiple of {given}';
