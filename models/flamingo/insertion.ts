import type { Problem, Subtract } from '../../dsl/index.ts';
import type { Convention, conventions } from './conventions.ts';

/**
 * Which layers of the language model have a gated cross-attention block before them, for a block every n layers:
 * `from-first` is the paper's and Idefics' rule, layers 0, n, 2n, …; `from-nth` is OpenFlamingo's, layers n-1, 2n-1, ….
 */
export type InsertionRule = 'from-first' | 'from-nth';

/**
 * The layers, ascending, that get a block. `insertionPlaces(80, 7, 'from-first')` are 12 places, as in Flamingo-80B.
 * Empty when no layer qualifies; `flamingo` refuses that.
 */
export function insertionPlaces(layers: number, every: number, rule: InsertionRule): readonly number[] {
  const remainder = rule === 'from-first' ? 0 : every - 1;
  return Array.from({ length: layers }, (_, layer) => layer).filter((layer) => layer % every === remainder);
}

/** The sentence of a rule and an interval that give no layer a block. */
export function missesEveryLayer(layers: number, every: number, rule: InsertionRule): string {
  return `flamingo: a block every ${every} layers '${rule}' misses all ${layers} layers of the language model; use an interval of at most ${layers}`;
}

/** The options of the cross-attention, or in the place of the interval the same sentence where the sizes are literal. */
export type CheckedInsertion<O, Cross> = O extends {
  readonly language: { readonly layers: infer Layers extends number };
}
  ? Cross extends { readonly every: infer Every extends number }
    ? [RuleOf<O, Cross>, Subtract<Layers, Every>] extends ['from-nth', never]
      ? {
          readonly [K in keyof Cross]: K extends 'every'
            ? Problem<`flamingo: a block every ${Every} layers 'from-nth' misses all ${Layers} layers of the language model; use an interval of at most ${Layers}`>
            : Cross[K];
        }
      : Cross
    : Cross
  : Cross;

type RuleOf<O, Cross> = Cross extends { readonly insertion: infer Rule }
  ? Rule
  : O extends { readonly convention: infer Name extends Convention }
    ? (typeof conventions)[Name]['insertion']
    : (typeof conventions)['paper']['insertion'];
