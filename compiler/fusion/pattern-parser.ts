import { ExpressionParser, placeOf } from './expression-parser.ts';
import type { AttributePattern, OperationPattern, Pattern, Word } from './syntax.ts';
import * as tokens from './tokens.ts';

/** What stands after `fuse`: patterns of operations, their inputs and attributes. The grammar is in rule-parser.ts. */
export class PatternParser extends ExpressionParser {
  protected readonly pattern: () => Pattern = this.RULE(
    'pattern',
    (): Pattern =>
      this.OR<Pattern>([
        { ALT: () => this.SUBRULE(this.constantPattern) },
        {
          ALT: () => {
            this.CONSUME(tokens.None);
            return { kind: 'none' };
          },
        },
        {
          ALT: () => {
            this.CONSUME(tokens.Underscore);
            return { kind: 'any' };
          },
        },
        { ALT: () => this.SUBRULE(this.choice) },
        { ALT: () => ({ kind: 'operation', pattern: this.SUBRULE(this.operation) }) },
        {
          ALT: () => {
            const word = this.SUBRULE(this.word);
            const optional = this.OPTION(() => this.CONSUME(tokens.Question)) !== undefined;
            return { kind: 'variable', word, optional };
          },
        },
      ]),
  );

  protected readonly constantPattern = this.RULE('constantPattern', (): Pattern => {
    const place = placeOf(this.CONSUME(tokens.Constant));
    const value = this.OPTION(() =>
      this.OR<number | Word>([
        { ALT: () => this.SUBRULE(this.number) },
        { ALT: () => this.SUBRULE(this.word) },
      ]),
    );
    return { kind: 'constant', place, value };
  });

  protected readonly choice = this.RULE('choice', (): Pattern => {
    const choices: Pattern[] = [];
    this.CONSUME(tokens.Open);
    this.AT_LEAST_ONE_SEP({ SEP: tokens.Bar, DEF: () => choices.push(this.SUBRULE(this.pattern)) });
    this.CONSUME(tokens.Close);
    const names = this.OPTION(() => this.SUBRULE(this.names)) ?? [];
    return { kind: 'choice', choices, names };
  });

  protected readonly operation = this.RULE('operation', (): OperationPattern => {
    const shared = this.OPTION(() => this.CONSUME(tokens.Shared)) !== undefined;
    const operator = this.SUBRULE(this.word);
    const given = this.given(
      () => this.SUBRULE(this.pattern),
      () => this.SUBRULE(this.attribute),
    );
    const names = this.OPTION3(() => this.SUBRULE(this.names)) ?? [];
    return { operator, shared, ...given, names };
  });

  /** `(inputs; attributes, ...)`: what an operation is given, in a pattern and in what takes its place. */
  protected given<Input, Attribute>(
    input: () => Input,
    attribute: () => Attribute,
  ): {
    readonly inputs: readonly Input[];
    readonly attributes: readonly Attribute[];
    readonly rest: boolean;
  } {
    const inputs: Input[] = [];
    const attributes: Attribute[] = [];
    let rest = false;
    this.CONSUME(tokens.Open);
    this.MANY_SEP({ SEP: tokens.Comma, DEF: () => inputs.push(input()) });
    this.OPTION2(() => {
      this.CONSUME(tokens.Semicolon);
      this.MANY_SEP2({
        SEP: tokens.Comma,
        DEF: () =>
          this.OR<unknown>([
            {
              ALT: () => {
                this.CONSUME(tokens.Ellipsis);
                rest = true;
              },
            },
            { ALT: () => attributes.push(attribute()) },
          ]),
      });
    });
    this.CONSUME(tokens.Close);
    return { inputs, attributes, rest };
  }

  protected readonly names = this.RULE('names', (): readonly Word[] => {
    this.CONSUME(tokens.As);
    return this.OR<readonly Word[]>([
      { ALT: () => [this.SUBRULE(this.word)] },
      { ALT: () => this.SUBRULE(this.nameList) },
    ]);
  });

  protected readonly nameList = this.RULE('nameList', (): readonly Word[] => {
    const names: Word[] = [];
    this.CONSUME(tokens.Open);
    this.AT_LEAST_ONE_SEP({
      SEP: tokens.Comma,
      DEF: () =>
        this.OR<unknown>([
          { ALT: () => names.push(this.SUBRULE(this.word)) },
          { ALT: () => names.push({ name: '_', place: placeOf(this.CONSUME(tokens.Underscore)) }) },
        ]),
    });
    this.CONSUME(tokens.Close);
    return names;
  });

  protected readonly attribute = this.RULE('attribute', (): AttributePattern => {
    const attribute = this.SUBRULE(this.word);
    const optional = this.OPTION(() => this.CONSUME(tokens.Question)) !== undefined;
    const value = this.OPTION2(() => {
      this.CONSUME(tokens.Equal);
      return this.OR<AttributePattern['value']>([
        { ALT: () => this.SUBRULE(this.literal) },
        { ALT: () => this.SUBRULE2(this.word) },
      ]);
    });
    return { attribute, optional, value: value ?? attribute };
  });
}
