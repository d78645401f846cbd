import { MEDIA_WAYS } from '../artifact/media/index.ts';
import type { MediaWayDefinition } from '../artifact/media/way.ts';
import type { Operator } from '../dsl/tensor.ts';
import type { HuggingFaceFamily } from '../models/configs/hugging-face-family.ts';
import type { LanguageFamily } from '../models/configs/language-family.ts';
import type { VisionFamily } from '../models/configs/vision-family.ts';
import { fusionRules, readRule } from './fusion/load-rules.ts';
import { OPERATORS } from './fusion/operators.ts';
import type { Rule } from './fusion/rule.ts';
import { refuseTaken } from './taken-names.ts';
import type { CompilerTarget } from './target/compiler-target.ts';
import type { WeightFormat } from './weights/read/format.ts';

/** What a project of one's own adds to what this one knows. Each is found where this project's own are. */
export interface Extensions {
  /** Targets that are known by their names, besides `cpu` and `cuda`. */
  readonly targets?: readonly CompilerTarget[];
  /** Operators that rules may name. A model's own operators need not be listed: its graph holds them. */
  readonly operators?: readonly Operator[];
  /** Fusion rules, applied together with this project's. */
  readonly rules?: readonly RuleText[];
  /** Formats of weight files, asked before this project's. */
  readonly weightFormats?: readonly WeightFormat[];
  /** Whole models that compile from their folder. */
  readonly families?: readonly HuggingFaceFamily[];
  /** Language models that an OpenFlamingo may stand on. */
  readonly languageFamilies?: readonly LanguageFamily[];
  /** Vision encoders that an OpenFlamingo may see by. */
  readonly visionFamilies?: readonly VisionFamily[];
  /** Ways that pictures reach text. A model that has one is loaded with them, too. */
  readonly ways?: readonly MediaWayDefinition[];
}

/** A fusion rule as a `.rule` file holds it. */
export interface RuleText {
  /** What reports count it under. */
  readonly name: string;
  readonly text: string;
}

/**
 * This project's rules and one's own.
 *
 * @throws RuleError with line and column at the first mistake of a rule
 * @throws UserError for a rule or an operator of a name that is taken
 */
export function rulesWith({ rules = [], operators = [] }: Extensions): readonly Rule[] {
  const known = fusionRules();
  const names = operators.map(({ name }) => name);
  refuseTaken('operator', names, [...OPERATORS.keys()]);
  const all = new Map([...OPERATORS, ...operators.map((each) => [each.name, each] as const)]);
  refuseTaken(
    'fusion rule',
    rules.map(({ name }) => name),
    known.map(({ name }) => name),
  );
  return [...known, ...rules.map(({ name, text }) => readRule(text, `${name}.rule`, all))];
}

/** @throws UserError for a way of media whose name is taken */
export function checkedWays({ ways = [] }: Extensions): readonly MediaWayDefinition[] {
  refuseTaken(
    'way of media',
    ways.map(({ way }) => way),
    MEDIA_WAYS,
  );
  return ways;
}
