import { parseSection } from '../component.ts';
import { metaspaceSchema, prependScheme } from '../metaspace.ts';
import { literal } from '../pattern.ts';
import { splitPiece } from '../piece.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';

/**
 * Writes spaces as SentencePiece's mark, and one before the text. With the scheme "first" that is before what the whole
 * text begins with, and not where a special token stands there.
 */
export function readMetaspace(section: unknown): PreTokenizer {
  const options = parseSection(metaspaceSchema, section, 'pre_tokenizer');
  const { replacement, split } = options;
  const scheme = prependScheme(options);
  const mark = literal(replacement);
  return ({ text, origin }) => {
    const marked = text.replaceAll(' ', replacement);
    const prefixed =
      !marked.startsWith(replacement) && (scheme === 'always' || (scheme === 'first' && origin > 0));
    const piece = prefixed
      ? { text: replacement + marked, origin: origin + replacement.length }
      : { text: marked, origin };
    return split === false ? [piece] : splitPiece(piece, mark, 'MergedWithNext');
  };
}
