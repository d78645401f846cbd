import { LIMITS } from '../../dsl/limits.ts';
import { RuleError } from './rule-error.ts';
import type { FormSyntax, Pattern, Statement } from './syntax.ts';

/** Puts the patterns of `let` in the place of their names; what is left are the forms. */
export function expandDefinitions(statements: readonly Statement[], file: string): readonly FormSyntax[] {
  const definitions = new Map<string, Pattern>();
  const forms: FormSyntax[] = [];
  for (const statement of statements) {
    if (statement.kind === 'form') {
      const pattern = expand(statement.form.pattern, definitions);
      if (countParts(pattern) > LIMITS.rulePatternSize.most) {
        throw new RuleError(
          file,
          statement.form.place,
          `this stands for more than ${LIMITS.rulePatternSize.most} parts of a pattern`,
        );
      }
      forms.push({ ...statement.form, pattern });
      continue;
    }
    const { word, pattern } = statement.definition;
    if (definitions.has(word.name)) {
      throw new RuleError(file, word.place, `'${word.name}' is defined twice; give the second another name`);
    }
    const expanded = expand(pattern, definitions);
    if (countParts(expanded) > LIMITS.rulePatternSize.most) {
      throw new RuleError(
        file,
        word.place,
        `'${word.name}' stands for more than ${LIMITS.rulePatternSize.most} parts of a pattern`,
      );
    }
    definitions.set(word.name, expanded);
  }
  if (forms.length === 0)
    throw new RuleError(file, { line: 1, column: 1 }, "there is no 'fuse' in this file");
  return forms;
}

function expand(pattern: Pattern, definitions: ReadonlyMap<string, Pattern>): Pattern {
  if (pattern.kind === 'variable') return definitions.get(pattern.word.name) ?? pattern;
  if (pattern.kind === 'choice') {
    return { ...pattern, choices: pattern.choices.map((choice) => expand(choice, definitions)) };
  }
  if (pattern.kind !== 'operation') return pattern;
  const inputs = pattern.pattern.inputs.map((input) => expand(input, definitions));
  return { kind: 'operation', pattern: { ...pattern.pattern, inputs } };
}

/** Operations, choices and what they are given. Stops counting beyond the limit. */
function countParts(pattern: Pattern): number {
  const parts =
    pattern.kind === 'choice' ? pattern.choices : pattern.kind === 'operation' ? pattern.pattern.inputs : [];
  let count = 1;
  for (const part of parts) {
    if (count > LIMITS.rulePatternSize.most) break;
    count += countParts(part);
  }
  return count;
}
