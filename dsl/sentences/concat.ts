/** What `concat` says. */

export const NOTHING_TO_JOIN = 'concat: at least one tensor is needed';
export const JOINED_AXES = 'concat: shapes {left} and {right} must agree in every axis but axis {axis}';
