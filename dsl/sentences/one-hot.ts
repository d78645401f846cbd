/** What `oneHot` says. */

export const DEPTH = 'oneHot: depth must be 1 or more, but it is {depth}';
