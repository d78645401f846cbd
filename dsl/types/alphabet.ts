/** Letters of names in code unit order, the order in which run-time sizes sort them. */
type Alphabet = '*0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';

/** Whether A comes before B; a prefix comes first. */
export type Before<A extends string, B extends string> = A extends `${infer X}${infer As}`
  ? B extends `${infer Y}${infer Bs}`
    ? X extends Y
      ? Before<As, Bs>
      : Alphabet extends `${string}${X}${string}${Y}${string}`
        ? true
        : false
    : false
  : B extends ''
    ? false
    : true;
