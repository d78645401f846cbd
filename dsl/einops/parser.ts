import { EmbeddedActionsParser } from '../chevrotain.ts';
import { sentence } from '../errors/sentence.ts';
import { LIMITS } from '../limits.ts';
import { fail } from '../operator.ts';
import { ARROW, PARENTHESES } from '../sentences/einops.ts';
import { isAxisName } from '../shape/dim.ts';
import type { Factor, Item, Pattern, Side } from './pattern.ts';
import { Arrow, Close, Comma, Ellipsis, Open, PatternLexer, TOKENS, Word } from './tokens.ts';

/**
 * The grammar of patterns:
 *
 *     pattern : side ("," side)* "->" side
 *     side    : item*
 *     item    : "..." | "(" word* ")" | word
 */
class PatternParser extends EmbeddedActionsParser {
  constructor() {
    super(TOKENS, { recoveryEnabled: false });
    this.performSelfAnalysis();
  }

  readonly pattern = this.RULE('pattern', (): Pattern => {
    const operands: Side[] = [];
    this.AT_LEAST_ONE_SEP({ SEP: Comma, DEF: () => operands.push(this.SUBRULE(this.side)) });
    this.CONSUME(Arrow);
    return { operands, result: this.SUBRULE2(this.side) };
  });

  private readonly side = this.RULE('side', (): Side => {
    const items: Item[] = [];
    this.MANY(() => items.push(this.SUBRULE(this.item)));
    return items;
  });

  private readonly item = this.RULE('item', (): Item => {
    const factors: Factor[] = [];
    return this.OR([
      {
        ALT: (): Item => {
          this.CONSUME(Ellipsis);
          return { kind: 'ellipsis' };
        },
      },
      {
        ALT: (): Item => {
          this.CONSUME(Open);
          this.MANY(() => {
            const named = this.SUBRULE(this.factor);
            // While Chevrotain records the grammar, rules return placeholders.
            this.ACTION(() => factors.push(...named));
          });
          this.CONSUME(Close);
          return { kind: 'axis', factors };
        },
      },
      { ALT: (): Item => ({ kind: 'axis', factors: this.SUBRULE2(this.factor) }) },
    ]);
  });

  /** A name, or a number; a factor of 1 changes nothing and is left out. */
  private readonly factor = this.RULE('factor', (): readonly Factor[] => {
    const { image } = this.CONSUME(Word);
    if (!/^\d+$/.test(image)) return [image];
    return image === '1' ? [] : [Number(image)];
  });
}

const parser = new PatternParser();
/** Patterns are few and asked for often; a program that makes them without end keeps no more than so many. */
const MOST_REMEMBERED = 10_000;
const parsed = new Map<string, Pattern>();

/** Reads a pattern with an arrow: of rearrange, repeat and reduce (one operand) or einsum (any number). */
export function parsePattern(text: string): Pattern {
  let pattern = parsed.get(text);
  if (pattern === undefined) {
    if (text.length <= LIMITS.axisPattern.most && text.split('->').length !== 2)
      fail(sentence(ARROW, { pattern: text }));
    pattern = parse(text);
    if (parsed.size >= MOST_REMEMBERED) parsed.clear();
    parsed.set(text, pattern);
  }
  return pattern;
}

function parse(text: string): Pattern {
  if (text.length > LIMITS.axisPattern.most)
    fail(
      `a pattern of axes has at most ${LIMITS.axisPattern.most} characters, but this one has ${text.length}`,
    );
  const { tokens } = PatternLexer.tokenize(text);
  for (const token of tokens) {
    if (token.tokenType === Word && !isAxisName(token.image) && !/^[1-9]\d{0,8}$/.test(token.image)) {
      fail(`'${token.image}' in the pattern '${text}' is not the name of an axis`);
    }
  }
  parser.input = tokens;
  const result = parser.pattern();
  const [error] = parser.errors;
  // What is left to go wrong once every word is a name: parentheses that do not match, or hold more than names.
  if (error !== undefined) fail(sentence(PARENTHESES, { pattern: text }));
  return result;
}
