import type { AttributePattern, OperationPattern, Pattern } from '../../../compiler/fusion/syntax.ts';

/** A pattern without choices and options: one of the ways in which a form can match. */
export type ConcretePattern =
  | {
      readonly kind: 'operation';
      readonly pattern: OperationPattern;
      readonly inputs: readonly ConcretePattern[];
    }
  | Extract<Pattern, { kind: 'variable' | 'constant' | 'none' | 'any' }>;

/** Every way to decide the choices, optional inputs and optional attributes of a pattern. */
export function concretePatterns(pattern: Pattern): readonly ConcretePattern[] {
  if (pattern.kind === 'choice') return pattern.choices.flatMap(concretePatterns);
  if (pattern.kind === 'variable') return pattern.optional ? [pattern, { kind: 'none' }] : [pattern];
  if (pattern.kind !== 'operation') return [pattern];
  const inputs = product(pattern.pattern.inputs.map(concretePatterns));
  const attributes = product(
    pattern.pattern.attributes.map((each): readonly (AttributePattern | undefined)[] =>
      each.optional ? [each, undefined] : [each],
    ),
  );
  return inputs.flatMap((chosen) =>
    attributes.map((kept) => ({
      kind: 'operation' as const,
      pattern: { ...pattern.pattern, attributes: kept.filter((each) => each !== undefined) },
      inputs: chosen,
    })),
  );
}

/** The one way, written as a pattern again. */
export function asPattern(pattern: ConcretePattern): Pattern {
  if (pattern.kind !== 'operation')
    return pattern.kind === 'variable' ? { ...pattern, optional: false } : pattern;
  return { kind: 'operation', pattern: { ...pattern.pattern, inputs: pattern.inputs.map(asPattern) } };
}

function product<T>(lists: readonly (readonly T[])[]): readonly (readonly T[])[] {
  return lists.reduce<readonly (readonly T[])[]>(
    (rows, list) => rows.flatMap((row) => list.map((item) => [...row, item])),
    [[]],
  );
}

/** The pattern as a rule file would write it, shortened: titles of tests. */
export function describePattern(pattern: ConcretePattern): string {
  if (pattern.kind === 'operation') {
    return `${pattern.pattern.operator.name}(${pattern.inputs.map(describePattern).join(', ')})`;
  }
  if (pattern.kind === 'variable') return pattern.word.name;
  if (pattern.kind === 'constant') {
    return typeof pattern.value === 'object' ? pattern.value.name : String(pattern.value ?? 'constant');
  }
  return pattern.kind;
}
