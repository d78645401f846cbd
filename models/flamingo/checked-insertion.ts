import type { Problem, Subtract } from '../../dsl/index.ts';
import type { Convention, conventions } from './conventions.ts';

/** The options of the cross-attention, or in the place of the interval the same sentence where the sizes are literal. */
export type CheckedInsertion<O, Cross> = O extends {
  readonly language:
    | { readonly layers: infer Layers extends number }
    | { readonly part: { readonly layers: infer Layers extends number } };
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
