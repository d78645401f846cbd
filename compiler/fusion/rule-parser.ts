import { type IToken, Lexer } from '../../dsl/chevrotain.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { expandDefinitions } from './expand-definitions.ts';
import { placeOf } from './expression-parser.ts';
import { PatternParser } from './pattern-parser.ts';
import { RuleError } from './rule-error.ts';
import type {
  Comparison,
  Condition,
  Declaration,
  Definition,
  FormSyntax,
  OperationTemplate,
  ShapeItem,
  Statement,
  Template,
  Word,
} from './syntax.ts';
import * as tokens from './tokens.ts';

/**
 * The grammar of rule files (the words are explained in README.md):
 *
 *     file        : ("let" word "=" pattern | form)+
 *     form        : "fuse" pattern "into" template ("->" "(" (word | "_"),+ ")")?
 *                   ("with" declaration,+)? ("when" condition,+)? ("on" word,+)?
 *     pattern     : "constant" (number | word)? | "none" | "_" | word "?"? | operation | "(" pattern |+ ")" names?
 *     operation   : "shared"? word "(" pattern,* (";" (attribute | "..."),*)? ")" names?
 *     names       : "as" (word | "(" word,+ ")")
 *     attribute   : word "?"? ("=" (literal | word))?
 *     template    : "constant" primary | "none" | word "?"? | word "(" template,* (";" (word ("=" expression)? | "..."),*)? ")"
 *     declaration : word "parameter"? word? ("[" ("..." | "_" | expression),* "]")?
 *     condition   : expression ("=" | "!=" | "<" | "<=" | ">" | ">=" | "~") expression
 */
class RuleParser extends PatternParser {
  constructor() {
    super();
    this.performSelfAnalysis();
  }

  readonly file = this.RULE('file', (): readonly Statement[] => {
    const statements: Statement[] = [];
    this.AT_LEAST_ONE(() => statements.push(this.SUBRULE(this.statement)));
    return statements;
  });

  private readonly statement = this.RULE(
    'statement',
    (): Statement =>
      this.OR<Statement>([
        { ALT: () => ({ kind: 'definition', definition: this.SUBRULE(this.definition) }) },
        { ALT: () => ({ kind: 'form', form: this.SUBRULE(this.form) }) },
      ]),
  );

  private readonly definition = this.RULE('definition', (): Definition => {
    this.CONSUME(tokens.Let);
    const word = this.SUBRULE(this.word);
    this.CONSUME(tokens.Equal);
    return { word, pattern: this.SUBRULE(this.pattern) };
  });

  private readonly form = this.RULE('form', (): FormSyntax => {
    const place = placeOf(this.CONSUME(tokens.Fuse));
    const pattern = this.SUBRULE(this.pattern);
    this.CONSUME(tokens.Into);
    const template = this.SUBRULE(this.template);
    const results = this.OPTION(() => this.SUBRULE(this.results)) ?? [{ name: 'result', place }];
    const declarations: Declaration[] = [];
    const conditions: Condition[] = [];
    const needs: Word[] = [];
    this.OPTION2(() => {
      this.CONSUME(tokens.With);
      this.AT_LEAST_ONE_SEP({
        SEP: tokens.Comma,
        DEF: () => declarations.push(this.SUBRULE(this.declaration)),
      });
    });
    this.OPTION3(() => {
      this.CONSUME(tokens.When);
      this.AT_LEAST_ONE_SEP2({
        SEP: tokens.Comma,
        DEF: () => conditions.push(this.SUBRULE(this.condition)),
      });
    });
    this.OPTION4(() => {
      this.CONSUME(tokens.On);
      this.AT_LEAST_ONE_SEP3({ SEP: tokens.Comma, DEF: () => needs.push(this.SUBRULE(this.word)) });
    });
    return { place, pattern, template, results, declarations, conditions, needs };
  });

  private readonly results = this.RULE('results', (): readonly Word[] => {
    this.CONSUME(tokens.Arrow);
    return this.SUBRULE(this.nameList);
  });

  private readonly template: () => Template = this.RULE(
    'template',
    (): Template =>
      this.OR<Template>([
        {
          ALT: () => {
            const place = placeOf(this.CONSUME(tokens.Constant));
            return { kind: 'constant', place, value: this.SUBRULE(this.primary) };
          },
        },
        {
          ALT: () => {
            this.CONSUME(tokens.None);
            return { kind: 'none' };
          },
        },
        { ALT: () => ({ kind: 'operation', template: this.SUBRULE(this.operationTemplate) }) },
        {
          ALT: () => {
            const word = this.SUBRULE(this.word);
            const optional = this.OPTION(() => this.CONSUME(tokens.Question)) !== undefined;
            return { kind: 'variable', word, optional };
          },
        },
      ]),
  );

  private readonly operationTemplate = this.RULE('operationTemplate', (): OperationTemplate => {
    const operator = this.SUBRULE(this.word);
    const given = this.given(
      () => this.SUBRULE(this.template),
      () => this.SUBRULE(this.attributeValue),
    );
    return { operator, ...given };
  });

  private readonly attributeValue = this.RULE(
    'attributeValue',
    (): OperationTemplate['attributes'][number] => {
      const attribute = this.SUBRULE(this.word);
      const value = this.OPTION(() => {
        this.CONSUME(tokens.Equal);
        return this.SUBRULE(this.expression);
      });
      return { attribute, value: value ?? { kind: 'name', word: attribute } };
    },
  );

  private readonly declaration = this.RULE('declaration', (): Declaration => {
    const word = this.SUBRULE(this.word);
    const parameter = this.OPTION(() => this.CONSUME(tokens.Parameter)) !== undefined;
    const dtype = this.OPTION2(() => this.SUBRULE2(this.word));
    const shape = this.OPTION3(() => this.SUBRULE(this.shape));
    return { word, parameter, dtype, shape };
  });

  private readonly shape = this.RULE('shape', (): readonly ShapeItem[] => {
    const items: ShapeItem[] = [];
    this.CONSUME(tokens.OpenList);
    this.MANY_SEP({
      SEP: tokens.Comma,
      DEF: () =>
        this.OR<unknown>([
          { ALT: () => items.push({ kind: 'rest', place: placeOf(this.CONSUME(tokens.Ellipsis)) }) },
          {
            ALT: () => {
              this.CONSUME(tokens.Underscore);
              items.push({ kind: 'any' });
            },
          },
          { ALT: () => items.push({ kind: 'size', size: this.SUBRULE(this.expression) }) },
        ]),
    });
    this.CONSUME(tokens.CloseList);
    return items;
  });

  private readonly condition = this.RULE('condition', (): Condition => {
    const left = this.SUBRULE(this.expression);
    const comparison = this.OR<Comparison>(
      (
        [
          [tokens.Equal, '='],
          [tokens.Unequal, '!='],
          [tokens.Less, '<'],
          [tokens.AtMost, '<='],
          [tokens.Greater, '>'],
          [tokens.AtLeast, '>='],
          [tokens.Near, '~'],
        ] as const
      ).map(([type, comparison]) => ({
        ALT: () => {
          this.CONSUME(type);
          return comparison;
        },
      })),
    );
    return { left, comparison, right: this.SUBRULE2(this.expression) };
  });
}

const lexer = new Lexer(tokens.TOKENS);
const parser = new RuleParser();

/** Reads the text of a rule file, its definitions put in; `file` is its name in messages. Throws a `RuleError` with line and column. */
export function parseRules(text: string, file: string): readonly FormSyntax[] {
  const start = { line: 1, column: 1 };
  if (text.length > LIMITS.ruleFile.most)
    throw new RuleError(file, start, `a file of rules has at most ${LIMITS.ruleFile.most} characters`);
  const { tokens: read, errors: unreadable } = lexer.tokenize(text);
  const [stray] = unreadable;
  if (stray !== undefined) {
    const place = { line: stray.line ?? 1, column: stray.column ?? 1 };
    throw new RuleError(file, place, `the sign '${text[stray.offset] ?? ''}' has no meaning in a rule`);
  }
  const long = read.find(({ image }) => image.length > LIMITS.ruleWord.most);
  if (long !== undefined)
    throw new RuleError(
      file,
      placeOf(long),
      `a word has at most ${LIMITS.ruleWord.most} characters in a rule`,
    );
  const beyond = read[LIMITS.ruleTokens.most];
  if (beyond !== undefined) {
    throw new RuleError(
      file,
      placeOf(beyond),
      `a file of rules has at most ${LIMITS.ruleTokens.most} words and signs; put the others into another file`,
    );
  }
  const tooDeep = firstTooDeep(read);
  if (tooDeep !== undefined) {
    throw new RuleError(
      file,
      placeOf(tooDeep),
      `more than ${LIMITS.ruleDepth.most} brackets are open here; take the inner ones apart with let`,
    );
  }
  parser.input = read;
  const statements = parser.file();
  const [error] = parser.errors;
  if (error === undefined) return expandDefinitions(statements, file);
  const place = Number.isNaN(error.token.startOffset) ? endOf(text) : placeOf(error.token);
  throw new RuleError(file, place, error.message);
}

/** The parser calls itself for what is in brackets: too many would overflow the stack. */
function firstTooDeep(read: readonly IToken[]): IToken | undefined {
  let depth = 0;
  return read.find(({ tokenType }) => {
    if (tokenType === tokens.Open || tokenType === tokens.OpenList) depth++;
    if (tokenType === tokens.Close || tokenType === tokens.CloseList) depth--;
    return depth > LIMITS.ruleDepth.most;
  });
}

function endOf(text: string): { readonly line: number; readonly column: number } {
  const lines = text.trimEnd().split('\n');
  return { line: lines.length, column: (lines.at(-1) ?? '').length + 1 };
}
