import { BYTES_PER_ELEMENT } from '../../dsl/dtype.ts';
import { CAPABILITIES, type Capability } from '../../dsl/target.ts';
import type { Operator } from '../../dsl/tensor.ts';
import { closest } from './closest.ts';
import { type Form, RESULT } from './rule.ts';
import { RuleError } from './rule-error.ts';
import type { Expression, FormSyntax, Pattern, Place, Template, Word } from './syntax.ts';
import { FUNCTIONS } from './value.ts';

type Kind = 'tensor' | 'value';

/**
 * Checks that every name of a form is known and used as what it is: operators, tensors, values (constants, attributes,
 * sizes), functions and capabilities of targets. Throws a `RuleError` at the first that is not.
 */
export function checkForm(
  syntax: FormSyntax,
  rule: string,
  file: string,
  operators: ReadonlyMap<string, Operator>,
): Form {
  const checker = new Checker(file, operators);
  checker.bindPattern(syntax.pattern);
  checker.markPartial(syntax.pattern);
  const roots = checker.rootsOf(syntax.pattern, syntax.place);
  checker.bindDeclarations(syntax);
  checker.checkTemplate(syntax.template, syntax.place);
  checker.checkResults(syntax);
  for (const { left, right } of syntax.conditions) {
    checker.checkExpression(left);
    checker.checkExpression(right);
  }
  return {
    rule,
    pattern: syntax.pattern,
    template: syntax.template,
    results: syntax.results.map(({ name }) => (name === '_' ? undefined : name)),
    declarations: syntax.declarations,
    conditions: syntax.conditions,
    needs: syntax.needs.map((word) => checker.capability(word)),
    roots,
    size: sizeOf(syntax.pattern),
    operators,
  };
}

class Checker {
  private readonly kinds = new Map<string, Kind>();
  /** Names that stand for outputs of operations, which a replacement may take the place of. */
  private readonly outputs = new Set([RESULT]);
  /** Names that stand for nothing in some matches. */
  private readonly partial = new Set<string>();

  constructor(
    private readonly file: string,
    private readonly operators: ReadonlyMap<string, Operator>,
  ) {}

  private fail(place: Place, sentence: string): never {
    throw new RuleError(this.file, place, sentence);
  }

  private bind(word: Word, kind: Kind): void {
    if (word.name === '_') return;
    if (word.name === RESULT) this.fail(word.place, `'${RESULT}' is the whole pattern; choose another name`);
    const known = this.kinds.get(word.name);
    if (known !== undefined && known !== kind) {
      this.fail(word.place, `'${word.name}' is a ${known} elsewhere in this rule and a ${kind} here`);
    }
    this.kinds.set(word.name, kind);
  }

  private use(word: Word, kind: Kind): void {
    const known = this.kinds.get(word.name);
    if (known === undefined) {
      this.fail(word.place, `'${word.name}' is not bound by the pattern; it binds ${listNames(this.kinds)}`);
    }
    if (known !== kind) this.fail(word.place, `'${word.name}' is a ${known}, but a ${kind} is needed here`);
  }

  private checkOperator({ name, place }: Word): void {
    if (this.operators.has(name)) return;
    const near = closest(name, [...this.operators.keys()]);
    this.fail(
      place,
      `there is no operator '${name}'${near === undefined ? '' : `; did you mean '${near}'?`}`,
    );
  }

  bindPattern(pattern: Pattern): void {
    if (pattern.kind === 'variable') this.bind(pattern.word, 'tensor');
    if (pattern.kind === 'constant' && typeof pattern.value === 'object') this.bind(pattern.value, 'value');
    if (pattern.kind === 'choice') {
      for (const choice of pattern.choices) this.bindPattern(choice);
      for (const name of pattern.names) this.bindOutput(name);
    }
    if (pattern.kind !== 'operation') return;
    const { operator, inputs, attributes, names } = pattern.pattern;
    this.checkOperator(operator);
    for (const input of inputs) this.bindPattern(input);
    for (const { value } of attributes) if (!('kind' in value)) this.bind(value, 'value');
    for (const name of names) this.bindOutput(name);
  }

  private bindOutput(name: Word): void {
    this.bind(name, 'tensor');
    this.outputs.add(name.name);
  }

  /** Remembers the names that only some choices bind: the replacement must say what happens without them. */
  markPartial(pattern: Pattern): void {
    if (pattern.kind === 'variable' && pattern.optional) this.partial.add(pattern.word.name);
    if (pattern.kind === 'operation') {
      for (const input of pattern.pattern.inputs) this.markPartial(input);
      for (const { optional, value } of pattern.pattern.attributes) {
        if (optional && !('kind' in value)) this.partial.add(value.name);
      }
    }
    if (pattern.kind !== 'choice') return;
    const bound = pattern.choices.map(namesIn);
    for (const name of new Set(bound.flatMap((names) => [...names]))) {
      if (!bound.every((names) => names.has(name))) this.partial.add(name);
    }
    for (const choice of pattern.choices) this.markPartial(choice);
  }

  rootsOf(pattern: Pattern, place: Place): ReadonlySet<string> {
    if (pattern.kind === 'operation') return new Set([pattern.pattern.operator.name]);
    if (pattern.kind !== 'choice') this.fail(place, 'the pattern after fuse must be an operation');
    return new Set(pattern.choices.flatMap((choice) => [...this.rootsOf(choice, place)]));
  }

  bindDeclarations({ declarations }: FormSyntax): void {
    for (const { word, dtype, shape } of declarations) {
      this.use(word, 'tensor');
      if (dtype !== undefined && !Object.hasOwn(BYTES_PER_ELEMENT, dtype.name)) {
        this.fail(
          dtype.place,
          `'${dtype.name}' is not a dtype; they are ${Object.keys(BYTES_PER_ELEMENT).join(', ')}`,
        );
      }
      const rests = shape?.filter((item) => item.kind === 'rest') ?? [];
      if (rests[1] !== undefined) this.fail(rests[1].place, "a shape may have one '...' only");
      for (const item of shape ?? []) {
        if (item.kind === 'size' && item.size.kind === 'name') this.bind(item.size.word, 'value');
      }
    }
    for (const { shape } of declarations) {
      for (const item of shape ?? []) if (item.kind === 'size') this.checkExpression(item.size);
    }
  }

  checkTemplate(template: Template, place: Place, outermost = true): void {
    if (outermost && template.kind !== 'operation') {
      this.fail(place, 'the replacement after into must be an operation');
    }
    if (template.kind === 'variable') {
      const { word, optional } = template;
      this.use(word, 'tensor');
      if (!optional && this.partial.has(word.name)) {
        this.fail(
          word.place,
          `'${word.name}' is missing in some matches; write '${word.name}?' to leave it out then`,
        );
      }
    }
    if (template.kind === 'constant') this.checkExpression(template.value);
    if (template.kind !== 'operation') return;
    this.checkOperator(template.template.operator);
    for (const input of template.template.inputs) this.checkTemplate(input, place, false);
    for (const { value } of template.template.attributes) this.checkExpression(value);
  }

  checkResults({ results, place }: FormSyntax): void {
    for (const word of results) {
      if (word.name === '_' || this.outputs.has(word.name)) continue;
      this.fail(
        word.place,
        `'${word.name}' is not the output of an operation; use 'result' or a name given with 'as'`,
      );
    }
    if (!results.some(({ name }) => name === RESULT))
      this.fail(place, `no output of the replacement is '${RESULT}'`);
  }

  checkExpression(expression: Expression): void {
    if (expression.kind === 'name') this.use(expression.word, 'value');
    if (expression.kind === 'list') for (const item of expression.items) this.checkExpression(item);
    if (expression.kind === 'arithmetic') {
      this.checkExpression(expression.left);
      this.checkExpression(expression.right);
    }
    if (expression.kind !== 'call') return;
    const { callee, arguments: given } = expression;
    const known = Object.hasOwn(FUNCTIONS, callee.name) ? FUNCTIONS[callee.name] : undefined;
    if (known === undefined) {
      this.fail(
        callee.place,
        `there is no function '${callee.name}'; they are ${Object.keys(FUNCTIONS).join(', ')}`,
      );
    }
    const [first, ...others] = given;
    if (known.count !== undefined && given.length !== known.count) {
      this.fail(callee.place, `${callee.name} takes ${known.count} arguments, but ${given.length} are given`);
    }
    if (known.takes === 'tensor') {
      if (first?.kind !== 'name') this.fail(callee.place, `${callee.name} takes the name of a tensor`);
      this.use(first.word, 'tensor');
    } else if (first !== undefined) {
      this.checkExpression(first);
    }
    for (const other of others) this.checkExpression(other);
  }

  capability({ name, place }: Word): Capability {
    const known = CAPABILITIES.find((each) => each === name);
    return (
      known ??
      this.fail(place, `targets have no capability '${name}'; they may have ${CAPABILITIES.join(', ')}`)
    );
  }
}

/** Every name that a pattern binds. */
function namesIn(pattern: Pattern): ReadonlySet<string> {
  const names = new Set<string>();
  const visit = (each: Pattern): void => {
    if (each.kind === 'variable') names.add(each.word.name);
    if (each.kind === 'constant' && typeof each.value === 'object') names.add(each.value.name);
    if (each.kind === 'choice') {
      each.choices.forEach(visit);
      for (const { name } of each.names) names.add(name);
    }
    if (each.kind !== 'operation') return;
    each.pattern.inputs.forEach(visit);
    for (const { value } of each.pattern.attributes) if (!('kind' in value)) names.add(value.name);
    for (const { name } of each.pattern.names) names.add(name);
  };
  visit(pattern);
  return names;
}

function sizeOf(pattern: Pattern): number {
  if (pattern.kind === 'choice') return Math.max(...pattern.choices.map(sizeOf));
  if (pattern.kind !== 'operation') return 0;
  return pattern.pattern.inputs.reduce((size, input) => size + sizeOf(input), 1);
}

function listNames(kinds: ReadonlyMap<string, Kind>): string {
  return kinds.size === 0 ? 'nothing' : [...kinds.keys()].join(', ');
}
