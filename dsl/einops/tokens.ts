import { createToken, Lexer } from '../chevrotain.ts';

const Blank = createToken({ name: 'Blank', pattern: /\s+/, group: Lexer.SKIPPED });
export const Arrow = createToken({ name: 'Arrow', pattern: '->', label: '->' });
export const Ellipsis = createToken({ name: 'Ellipsis', pattern: '...', label: '...' });
export const Comma = createToken({ name: 'Comma', pattern: ',', label: ',' });
export const Open = createToken({ name: 'Open', pattern: '(', label: '(' });
export const Close = createToken({ name: 'Close', pattern: ')', label: ')' });
/** Anything else up to a blank or a sign; what is neither a name nor a number is refused with its own sentence. */
export const Word = createToken({ name: 'Word', pattern: /(?:(?!->|\.\.\.)[^\s(),])+/, line_breaks: false });

export const TOKENS = [Blank, Arrow, Ellipsis, Comma, Open, Close, Word];

export const PatternLexer = new Lexer(TOKENS, { ensureOptimizations: false, positionTracking: 'onlyOffset' });
