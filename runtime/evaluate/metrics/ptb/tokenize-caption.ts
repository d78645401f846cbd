import { treebankTokens } from './tokenize.ts';

/** Tokens that COCO's caption evaluation leaves out. Brackets stay, as its list has them in capitals alone. */
const PUNCTUATION = new Set(["''", "'", '``', '`', '.', '?', '!', ',', ':', '-', '--', '...', ';']);

/**
 * A caption as COCO's caption evaluation compares it: Penn Treebank tokens in lower case without punctuation, joined by
 * spaces. As `PTBTokenizer` of pycocoevalcap 1.2, which runs Stanford's tokenizer 3.4.1, does for a file that holds this
 * caption alone; among others in a file, a single letter with a full stop at a caption's end can lose the stop to how the
 * next caption begins. A no-break space is within a token, as between the parts of `1 1/2`.
 */
export function tokenizeCaption(caption: string): string {
  return treebankTokens(caption.replaceAll(/[\n\r]/g, ' '))
    .filter((token) => !PUNCTUATION.has(token))
    .join(' ');
}
