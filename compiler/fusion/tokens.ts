import { createToken, Lexer, type TokenType } from '../../dsl/chevrotain.ts';

/** The words and signs of the rule language. Keywords give way to longer names (`onward` is a name, not `on`). */
export const Name = createToken({ name: 'Name', label: 'a name', pattern: /[A-Za-z][A-Za-z0-9_]*/ });

const keyword = (word: string): TokenType =>
  createToken({ name: `Keyword ${word}`, pattern: new RegExp(word), longer_alt: Name, label: `'${word}'` });
const sign = (name: string, text: string): TokenType =>
  createToken({ name: `Sign ${name}`, pattern: text, label: `'${text}'` });

export const Let = keyword('let');
export const Fuse = keyword('fuse');
export const Into = keyword('into');
export const With = keyword('with');
export const When = keyword('when');
export const On = keyword('on');
export const As = keyword('as');
export const Shared = keyword('shared');
export const Constant = keyword('constant');
export const None = keyword('none');
export const Last = keyword('last');
export const Infinity_ = keyword('infinity');
export const True = keyword('true');
export const False = keyword('false');
export const Parameter = keyword('parameter');

export const Decimal = createToken({
  name: 'Decimal',
  label: 'a number',
  pattern: /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/,
});
export const Text = createToken({ name: 'Text', label: 'a quoted text', pattern: /'[^'\n]*'/ });

export const Arrow = sign('arrow', '->');
export const Ellipsis = sign('ellipsis', '...');
export const Unequal = sign('unequal', '!=');
export const AtMost = sign('atMost', '<=');
export const AtLeast = sign('atLeast', '>=');
export const Less = sign('less', '<');
export const Greater = sign('greater', '>');
export const Near = sign('near', '~');
export const Equal = sign('equal', '=');
export const Open = sign('open', '(');
export const Close = sign('close', ')');
export const OpenList = sign('openList', '[');
export const CloseList = sign('closeList', ']');
export const Comma = sign('comma', ',');
export const Semicolon = sign('semicolon', ';');
export const Bar = sign('bar', '|');
export const Question = sign('question', '?');
export const Underscore = sign('underscore', '_');
export const Plus = sign('plus', '+');
export const Minus = sign('minus', '-');
export const Times = sign('times', '*');
export const Divide = sign('divide', '/');
export const Modulo = sign('modulo', '%');

const Space = createToken({ name: 'space', pattern: /\s+/, group: Lexer.SKIPPED });
const Comment = createToken({ name: 'comment', pattern: /#[^\n]*/, group: Lexer.SKIPPED });

/** In order of trial: what is a beginning of something longer stands behind it. */
export const TOKENS: TokenType[] = [
  Space,
  Comment,
  ...[Let, Fuse, Into, With, When, On, As, Shared, Constant, None, Last, Infinity_, True, False, Parameter],
  Name,
  Decimal,
  Text,
  ...[Arrow, Ellipsis, Unequal, AtMost, AtLeast, Less, Greater, Near, Equal],
  ...[Open, Close, OpenList, CloseList, Comma, Semicolon, Bar, Question, Underscore],
  ...[Plus, Minus, Times, Divide, Modulo],
];
