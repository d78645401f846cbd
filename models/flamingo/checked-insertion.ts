import type { Sentence } from '../../dsl/errors/sentence.ts';
import type { Problem, Subtract } from '../../dsl/index.ts';
import type { Convention, conventions } from './conventions.ts';
import type { MISSES_EVERY_LAYER } from './sentences.ts';

/** The interval of the cross-attention, or in its place the sentence of `missesEveryLayer` where the sizes are literal. */
export type CheckedInterval<O, Cross, Every> = O extends {
  readonly language:
    | { readonly layers: infer Layers extends number }
    | { readonly part: { readonly layers: infer Layers extends number } };
}
  ? Every extends number
    ? [RuleOf<O, Cross>, Subtract<Layers, Every>] extends ['from-nth', never]
      ? Problem<Sentence<typeof MISSES_EVERY_LAYER, { every: Every; rule: 'from-nth'; layers: Layers }>>
      : Every
    : Every
  : Every;

type RuleOf<O, Cross> = Cross extends { readonly insertion: infer Rule }
  ? Rule
  : O extends { readonly convention: infer Name extends Convention }
    ? (typeof conventions)[Name]['insertion']
    : (typeof conventions)['paper']['insertion'];
