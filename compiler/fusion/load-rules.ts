import type { Operator } from '../../dsl/tensor.ts';
import { checkForm } from './check-rule.ts';
import { OPERATORS } from './operators.ts';
import type { Rule } from './rule.ts';
import { parseRules } from './rule-parser.ts';
import { RULES } from './rule-registry.ts';

let loaded: readonly Rule[] | undefined;

/** The project's fusion rules, in the order of their names: every `.rule` file of `rules/`. */
export function fusionRules(): readonly Rule[] {
  loaded ??= Object.entries(RULES).map(([file, text]) => readRule(text, file));
  return loaded;
}

/**
 * Reads one rule file.
 *
 * @param file its name, for messages; the rule is named after it
 * @throws RuleError with line and column at the first mistake
 */
export function readRule(
  text: string,
  file: string,
  operators: ReadonlyMap<string, Operator> = OPERATORS,
): Rule {
  const name = file.replace(/\.rule$/, '');
  const explanation = /^(?:#[^\n]*\n?)*/.exec(text)?.[0].replace(/^# ?/gm, '').trim() ?? '';
  const forms = parseRules(text, file).map((syntax) => checkForm(syntax, name, file, operators));
  return { name, explanation, forms };
}
