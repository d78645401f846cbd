import {
  EmbeddedActionsParser,
  type IParserErrorMessageProvider,
  type IToken,
  type TokenType,
} from '../../dsl/chevrotain.ts';
import type { Expression, Literal, Place, Word } from './syntax.ts';
import * as tokens from './tokens.ts';

export function placeOf(token: IToken): Place {
  return { line: token.startLine ?? 1, column: token.startColumn ?? 1 };
}

const label = (type: TokenType): string => type.LABEL ?? type.name;
const found = (token: IToken | undefined): string =>
  token === undefined || token.image === '' ? 'the end of the file' : `'${token.image}'`;

/** chevrotain's findings as sentences; the place is added by `parseRules`. */
const MESSAGES: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, actual }) =>
    `expected ${label(expected)}, but found ${found(actual)}`,
  buildNotAllInputParsedMessage: ({ firstRedundant }) =>
    `expected the next part of the rule or the end of the file, but found ${found(firstRedundant)}`,
  buildNoViableAltMessage: ({ expectedPathsPerAlt, actual }) => {
    const firsts = expectedPathsPerAlt.flatMap((paths) =>
      paths.flatMap((path) => path.slice(0, 1).map(label)),
    );
    return `expected ${[...new Set(firsts)].join(' or ')}, but found ${found(actual[0])}`;
  },
  buildEarlyExitMessage: ({ expectedIterationPaths, actual }) => {
    const firsts = expectedIterationPaths.flatMap((path) => path.slice(0, 1).map(label));
    return `expected ${[...new Set(firsts)].join(' or ')}, but found ${found(actual[0])}`;
  },
};

/**
 * The arithmetic of the rule language: sums and products of numbers, sizes and names, lists, and calls such as
 * `size(x, 1)`.
 */
export class ExpressionParser extends EmbeddedActionsParser {
  constructor() {
    super(tokens.TOKENS, { recoveryEnabled: false, maxLookahead: 3, errorMessageProvider: MESSAGES });
  }

  protected readonly word = this.RULE('word', (): Word => {
    const token = this.CONSUME(tokens.Name);
    return { name: token.image, place: placeOf(token) };
  });

  protected readonly number = this.RULE('number', (): number => {
    const negative = this.OPTION(() => this.CONSUME(tokens.Minus)) !== undefined;
    const size = this.OR([
      { ALT: () => Number(this.CONSUME(tokens.Decimal).image) },
      {
        ALT: () => {
          this.CONSUME(tokens.Infinity_);
          return Number.POSITIVE_INFINITY;
        },
      },
    ]);
    return negative ? -size : size;
  });

  protected readonly scalar = this.RULE('scalar', (): number | string | boolean =>
    this.OR<number | string | boolean>([
      { ALT: () => this.SUBRULE(this.number) },
      { ALT: () => this.CONSUME(tokens.Text).image.slice(1, -1) },
      { ALT: () => this.CONSUME(tokens.True).image === 'true' },
      { ALT: () => this.CONSUME(tokens.False).image === 'true' },
    ]),
  );

  protected readonly literal = this.RULE(
    'literal',
    (): Literal =>
      this.OR<Literal>([
        { ALT: () => ({ kind: 'literal', value: this.SUBRULE(this.scalar) }) },
        {
          ALT: () => {
            this.CONSUME(tokens.Last);
            return { kind: 'last' };
          },
        },
        {
          ALT: () => {
            const items: Literal[] = [];
            this.CONSUME(tokens.OpenList);
            this.MANY_SEP({ SEP: tokens.Comma, DEF: () => items.push(this.SUBRULE(this.literal)) });
            this.CONSUME(tokens.CloseList);
            return { kind: 'literals', items };
          },
        },
      ]),
  );

  protected readonly expression: () => Expression = this.RULE('expression', (): Expression => {
    let left = this.SUBRULE(this.product);
    this.MANY(() => {
      const sign = this.OR([
        { ALT: () => this.CONSUME(tokens.Plus) },
        { ALT: () => this.CONSUME(tokens.Minus) },
      ]);
      const right = this.SUBRULE2(this.product);
      left = {
        kind: 'arithmetic',
        place: placeOf(sign),
        operator: sign.image === '-' ? '-' : '+',
        left,
        right,
      };
    });
    return left;
  });

  protected readonly product: () => Expression = this.RULE('product', (): Expression => {
    let left = this.SUBRULE(this.primary);
    this.MANY(() => {
      const sign = this.OR([
        { ALT: () => this.CONSUME(tokens.Times) },
        { ALT: () => this.CONSUME(tokens.Divide) },
        { ALT: () => this.CONSUME(tokens.Modulo) },
      ]);
      const right = this.SUBRULE2(this.primary);
      const operator = sign.image === '/' ? '/' : sign.image === '%' ? '%' : '*';
      left = { kind: 'arithmetic', place: placeOf(sign), operator, left, right };
    });
    return left;
  });

  protected readonly primary: () => Expression = this.RULE(
    'primary',
    (): Expression =>
      this.OR<Expression>([
        { ALT: () => ({ kind: 'literal', value: this.SUBRULE(this.scalar) }) },
        {
          ALT: () => {
            this.CONSUME(tokens.OpenList);
            const items = this.SUBRULE(this.expressions);
            this.CONSUME(tokens.CloseList);
            return { kind: 'list', items };
          },
        },
        {
          ALT: () => {
            this.CONSUME(tokens.Open);
            const inner = this.SUBRULE(this.expression);
            this.CONSUME(tokens.Close);
            return inner;
          },
        },
        {
          ALT: () => {
            const callee = this.SUBRULE(this.word);
            this.CONSUME2(tokens.Open);
            const given = this.SUBRULE2(this.expressions);
            this.CONSUME2(tokens.Close);
            return { kind: 'call', callee, arguments: given };
          },
        },
        { ALT: () => ({ kind: 'name', word: this.SUBRULE2(this.word) }) },
      ]),
  );

  protected readonly expressions = this.RULE('expressions', (): readonly Expression[] => {
    const items: Expression[] = [];
    this.MANY_SEP({ SEP: tokens.Comma, DEF: () => items.push(this.SUBRULE(this.expression)) });
    return items;
  });
}
