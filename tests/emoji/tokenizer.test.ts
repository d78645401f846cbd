import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { loadTrainingVocabulary } from '../../examples/emoji/data/gallery.ts';
import { learnMerges, type Merge } from '../../examples/emoji/tokenizer/byte-pairs.ts';
import { splitWords, tokenizerCorpus } from '../../examples/emoji/tokenizer/corpus.ts';
import { loadEmojiTokenizer, TOKENIZER_FILE } from '../../examples/emoji/tokenizer/emoji-tokenizer.ts';
import { VOCABULARY } from '../../models/emoji/language.ts';
import { BYTE_CHARACTERS, byteCharacters } from '../../models/tokenizers/byte-alphabet.ts';
import { SPECIAL_COUNT } from '../../models/tokenizers/byte-level-tokenizer.ts';
import type { Tokenizer } from '../../runtime/tokenizer.ts';

describe('emoji tokenizer', () => {
  let tokenizer: Tokenizer;
  before(async () => {
    tokenizer = await loadEmojiTokenizer();
  });

  it('is what its corpus gives, and as large as the language model', async () => {
    const { model }: { model: { merges: Merge[] } } = JSON.parse(await readFile(TOKENIZER_FILE, 'utf8'));
    assert.equal(tokenizer.size, VOCABULARY);
    assert.equal(model.merges.length, VOCABULARY - BYTE_CHARACTERS.length - SPECIAL_COUNT);
    // The first merges decide the later ones.
    const first = 400;
    const merges = learnMerges(await tokenizerCorpus(), BYTE_CHARACTERS.length + first);
    assert.deepEqual(merges, model.merges.slice(0, first));
  });

  it('gives back every text in lower case with a space before it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), (text) => {
        fc.pre(!/<image>|<\|endofchunk\|>|<PAD>|<\/?s>/.test(text));
        const read = tokenizer.decode(tokenizer.encode(text));
        const expected = text.normalize('NFC').toLowerCase();
        assert.equal(read, expected.startsWith(' ') ? expected : ` ${expected}`);
      }),
    );
  });

  it('reads a word alike after a picture, after a colon and in a sentence', () => {
    const apple = tokenizer.encode('red apple');
    const { image, endOfChunk } = tokenizer.special;
    assert.deepEqual(tokenizer.encode('<image>Red apple<|endofchunk|>'), [image, ...apple, endOfChunk]);
    assert.deepEqual(tokenizer.encode('Output: red apple'), [...tokenizer.encode('output:'), ...apple]);
  });

  it('needs few tokens for what the model says', async () => {
    const emoji = await loadTrainingVocabulary(['es']);
    const mean = (texts: readonly string[]) =>
      texts.reduce((sum, text) => sum + tokenizer.encode(text).length, 0) / texts.length;
    assert.ok(mean(emoji.map(({ words }) => words.name)) < 3.5);
    assert.ok(mean(emoji.map(({ translations }) => translations.get('es')?.name ?? '')) < 5.5);
  });
});

describe('byte-pair encoding', () => {
  it('takes the commonest pair at each step, as counted anew', () => {
    const words = fc.array(
      fc.tuple(
        fc.string({ unit: fc.constantFrom('a', 'b', 'c', 'é'), minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 9 }),
      ),
      { minLength: 1, maxLength: 12 },
    );
    fc.assert(
      fc.property(words, (list) => {
        const counts = new Map(list);
        assert.deepEqual(learnMerges(counts, 256 + 12), slowMerges(counts, 12));
      }),
      { numRuns: 60 },
    );
  });

  it('splits a text where the tokenizer does', () => {
    assert.deepEqual(splitWords("person's hat: red"), [' person', "'s", ' hat', ':', ' red']);
  });
});

/** The same by counting every pair again after each merge. */
function slowMerges(counts: ReadonlyMap<string, number>, most: number): Merge[] {
  let words = [...counts].map(([text, count]) => ({ tokens: byteCharacters(text), count }));
  const merges: Merge[] = [];
  while (merges.length < most) {
    const pairs = new Map<string, number>();
    for (const { tokens, count } of words) {
      for (const [place, token] of tokens.slice(1).entries()) {
        const pair = `${tokens[place]} ${token}`;
        pairs.set(pair, (pairs.get(pair) ?? 0) + count);
      }
    }
    const [best] = [...pairs].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    if (best === undefined) break;
    const [left = '', right = ''] = best[0].split(' ');
    merges.push([left, right]);
    words = words.map(({ tokens, count }) => {
      const merged: string[] = [];
      for (const token of tokens) {
        if (token === right && merged.at(-1) === left) merged[merged.length - 1] = `${left}${right}\u0000`;
        else merged.push(token);
      }
      return { tokens: merged.map((token) => token.replace('\u0000', '')), count };
    });
  }
  return merges;
}
