import { RuleError } from './rule-error.ts';
import type { FormSyntax, Pattern, Statement } from './syntax.ts';

/** A definition may use earlier ones, so a few lines can stand for very many; a form must stay a form. */
const MOST_OPERATIONS = 1_000;

/** Puts the patterns of `let` in the place of their names; what is left are the forms. */
export function expandDefinitions(statements: readonly Statement[], file: string): readonly FormSyntax[] {
  const definitions = new Map<string, Pattern>();
  const forms: FormSyntax[] = [];
  for (const statement of statements) {
    if (statement.kind === 'form') {
      forms.push({ ...statement.form, pattern: expand(statement.form.pattern, definitions) });
      continue;
    }
    const { word, pattern } = statement.definition;
    if (definitions.has(word.name)) {
      throw new RuleError(file, word.place, `'${word.name}' is defined twice; give the second another name`);
    }
    const expanded = expand(pattern, definitions);
    if (countOperations(expanded) > MOST_OPERATIONS) {
      throw new RuleError(
        file,
        word.place,
        `'${word.name}' stands for more than ${MOST_OPERATIONS} operations`,
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

function countOperations(pattern: Pattern): number {
  if (pattern.kind === 'choice')
    return pattern.choices.reduce((sum, choice) => sum + countOperations(choice), 0);
  if (pattern.kind !== 'operation') return 0;
  return pattern.pattern.inputs.reduce((sum, input) => sum + countOperations(input), 1);
}
