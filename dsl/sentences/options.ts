/** What configurations of blocks and model families, and options of operators, say of an entry. */

export const NO_OPTION = "{where} has no option '{name}'";
/** Of an option within a group: where it stands. */
export const GROUP = '{where}: {group}';
export const MISSING_OPTION = "{where}: option '{name}' is missing";
export const NOT_DIVISOR = '{where}: {left} is {a}, which does not divide {right} = {b}';
export const UNEQUAL = '{where}: {left} is {a}, but {right} is {b}';
