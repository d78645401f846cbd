/*
 * The parser generator of the small languages: patterns of einops and fusion rules. The package's build makes this module one
 * file with all that it loads (`cli/package/parser-bundle.ts`), since chevrotain's own parts have no entry for `require`.
 */
export {
  createToken,
  EmbeddedActionsParser,
  type IParserErrorMessageProvider,
  type IToken,
  Lexer,
  type TokenType,
} from 'chevrotain';
