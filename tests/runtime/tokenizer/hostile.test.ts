import assert from 'node:assert/strict';
import { UserError } from '../../../artifact/user-error.ts';
import { runsWithin } from '../../../runtime/thread/runs-within.ts';
import { createTokenizer, type SpecialTokens } from '../../../runtime/tokenizer.ts';
import { oneSentence } from '../../support/one-sentence.ts';
import { PLAIN_TOKENS, wordTokenizer } from './word-tokenizer.ts';

const create = (changes: object, tokens: SpecialTokens = PLAIN_TOKENS) =>
  createTokenizer({ ...wordTokenizer(['a', 'b']), ...changes }, 'file.json', tokens);

/** One sentence that names the file and says what is wrong. */
function refuses(changes: object, sentence: RegExp): void {
  assert.throws(
    () => create(changes),
    (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, /^file\.json [^\n]+\.$/);
      assert.match(error.message, sentence);
      return true;
    },
  );
}

const split = (pattern: string) => ({
  pre_tokenizer: { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
});

describe('a tokenizer.json from a stranger', () => {
  it('is refused with an id that no model has', () => {
    const { model } = wordTokenizer([]);
    refuses({ model: { ...model, vocab: { ...model.vocab, far: 1e8 } } }, /"far" has the id 100000000/);
    refuses({ added_tokens: [{ id: 1e8, content: '<x>', special: true }] }, /"<x>" has the id 100000000/);
    refuses({ model: { ...model, vocab: { ...model.vocab, half: 0.5 } } }, /"half" has the id 0\.5/);
  });

  it('is refused with two tokens that have one id, and takes an added token that is one of the vocabulary', () => {
    const { model } = wordTokenizer(['a', 'b']);
    const { a } = model.vocab;
    assert.ok(a !== undefined);
    refuses(
      { model: { ...model, vocab: { ...model.vocab, c: a } } },
      /tokens "a" and "c" have the same id, \d+/,
    );
    refuses({ added_tokens: [{ id: a, content: '<x>' }] }, /tokens "a" and "<x>" have the same id, \d+/);
    const added = [...wordTokenizer(['a', 'b']).added_tokens, { id: a, content: 'a' }];
    assert.deepEqual(create({ added_tokens: added }).encode('a b'), create({}).encode('a b'));
  });

  it('is refused with a regular expression that takes exponential time', () => {
    for (const pattern of ['^(a+)+$', '(a|a)*b', '(?:\\s+)+$'])
      refuses(split(pattern), /takes exponential time/);
  });

  it('is refused with a regular expression that cannot be read, or is too long', () => {
    refuses(split('(a'), /cannot be read/);
    refuses(split('a'.repeat(30_000)), /30000 characters/);
  });

  it('takes the expressions that models are published with', () => {
    const published = [
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
      ' ?[^(\\s|[.,!?…。，、।۔،])]+',
      '<\\|startoftext\\|>|<\\|endoftext\\|>|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+',
    ];
    for (const pattern of published) {
      const tokenizer = create(split(pattern));
      for (const text of ['', 'a', 'a b', 'a b a b a b a b a']) assert.ok(tokenizer.encode(text).length >= 0);
    }
  });

  it('is stopped in the midst of an expression that was not seen to be of that kind', () => {
    const expression = /(\p{Script=Deseret}+)+!/u;
    const text = '\u{10400}'.repeat(60);
    let finished = false;
    assert.equal(
      runsWithin(50, () => {
        finished = !expression.test(text);
      }),
      false,
    );
    assert.equal(finished, false);
    assert.equal(
      runsWithin(1000, () => {
        finished = true;
      }),
      true,
    );
    assert.equal(finished, true);
  });

  it('is refused, or its text is, where a text grows without bounds', () => {
    const double = { type: 'Replace', pattern: { String: 'a' }, content: 'aa' };
    const tokenizer = create({ normalizer: { type: 'Sequence', normalizers: Array(40).fill(double) } });
    assert.throws(() => tokenizer.encode('a'), oneSentence(/makes a text of \d+ characters/));
  });

  it('is refused by the name of a part that is not known', () => {
    refuses({ normalizer: { type: 'Spell' } }, /normalizer 'Spell' is none of those that are known: Bert/);
    refuses({ pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'Jieba' }] } }, /'Jieba'/);
    refuses({ post_processor: { type: 'Sequence', processors: [{ type: 'Reverse' }] } }, /'Reverse'/);
    refuses({ decoder: { type: 'Speak' } }, /decoder 'Speak'/);
    refuses({ model: { type: 'Neural', vocab: {} } }, /model 'Neural'/);
    refuses(
      { normalizer: { type: 'Strip', strip_left: true, strip_right: true, all: 1 } },
      /normalizer is wrong/,
    );
    const { model } = wordTokenizer([]);
    refuses({ model: { type: 'BPE', vocab: model.vocab, merges: [], dropout: 0.1 } }, /dropout/);
  });

  it('is refused where two tokens contradict each other', () => {
    const token = (id: number, content: string) => ({ id, content, special: false, normalized: true });
    refuses({ added_tokens: [token(0, '<other>')] }, /have the same id, 0/);
    refuses({ added_tokens: [token(7, 'a')] }, /"a" has the id \d+ in one place and 7 in another/);
    refuses(
      { normalizer: { type: 'Lowercase' }, added_tokens: [token(8, 'One'), token(9, 'ONE')] },
      /"One" and "ONE" are the same text/,
    );
  });

  it('may have 260,000 tokens, of bytes or of words', () => {
    const letters = Array.from({ length: 512 }, (_, index) => String.fromCodePoint(0x4e00 + index));
    const pairs = letters.flatMap((left) => letters.map((right): [string, string] => [left, right]));
    const merges = pairs.slice(0, 260_000);
    const tokens = ['<image>', '<pad>', ...letters, ...merges.map((pair) => pair.join(''))];
    const added_tokens = wordTokenizer([]).added_tokens;
    const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
    const pieces = tokens.map((token) => [token, -1]);
    const text = `${letters[3]}${letters[7]}${letters[9]}`;
    const [first, , last] = [...text];
    const bpe = { model: { type: 'BPE', vocab, merges }, parts: [text.slice(0, 2), last ?? ''] };
    // All ways are as likely: the one whose last token begins first.
    const unigram = {
      model: { type: 'Unigram', vocab: pieces, unk_id: 0 },
      parts: [first ?? '', text.slice(1)],
    };
    for (const { model, parts } of [bpe, unigram]) {
      const tokenizer = createTokenizer({ added_tokens, model }, 'file.json', PLAIN_TOKENS);
      assert.equal(tokenizer.size, 260_514);
      assert.deepEqual(
        tokenizer.encode(text),
        parts.map((part) => vocab[part]),
      );
    }
  });
});
