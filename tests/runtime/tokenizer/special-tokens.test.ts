import assert from 'node:assert/strict';
import { UserError } from '../../../artifact/user-error.ts';
import { refuseSpecialTokens, refuseSpecialTokensIn } from '../../../runtime/prompt/plain-text.ts';
import type { Prompt } from '../../../runtime/prompt/prompt.ts';
import { createTokenizer, type Tokenizer } from '../../../runtime/tokenizer.ts';

const TOKENS = {
  image: '<image>',
  endOfChunk: '<|endofchunk|>',
  padding: '<unk>',
  beginning: '<s>',
  end: '</s>',
};
const SPECIAL = ['<unk>', ...Object.values(TOKENS).filter((token) => token !== '<unk>'), '[MASK]'];

/** Letters and signs by themselves; every special token is looked for in the normalised text. */
function tokenizerOf(normalizer: object | null, normalized = true): Tokenizer {
  const letters = Array.from({ length: 95 }, (_, index) => String.fromCodePoint(0x20 + index));
  const vocab = Object.fromEntries([...SPECIAL, ...letters].map((token, id) => [token, id]));
  const added = SPECIAL.map((content, id) => ({ id, content, special: true, normalized }));
  const model = { type: 'BPE', vocab, merges: [], unk_token: '<unk>' };
  return createTokenizer({ added_tokens: added, normalizer, model }, 'file.json', TOKENS);
}

function refused(text: string, tokenizer: Tokenizer, token: string): void {
  const prompts: Prompt[] = [
    { query: { text } },
    { shots: [{ text }], query: {} },
    { turns: [{ speaker: 'user', text }] },
    { preamble: text, turns: [{ speaker: 'user', text: 'a' }] },
  ];
  const says = (error: unknown) =>
    error instanceof UserError && error.message.includes(`special token '${token}'`);
  for (const prompt of prompts) assert.throws(() => refuseSpecialTokens(prompt, tokenizer), says, text);
  assert.throws(() => refuseSpecialTokensIn(text, 'A choice', tokenizer), says, text);
}

describe("special tokens in a user's text", () => {
  it('are refused as they stand, those of the model and all others of the file', () => {
    for (const normalized of [true, false])
      for (const token of SPECIAL) refused(`a ${token}b`, tokenizerOf(null, normalized), token);
  });

  it('are refused in capital letters before a normaliser that makes them small, a Kelvin sign among them', () => {
    const tokenizer = tokenizerOf({ type: 'Lowercase' });
    refused('<|ENDOFCHUNK|>', tokenizer, '<|endofchunk|>');
    refused('<|endofchun\u212a|>', tokenizer, '<|endofchunk|>');
    refused('<IMAGE>', tokenizer, '<image>');
  });

  it('are refused in full width before NFKC, with accents before BERT, and after a replacement', () => {
    refused('＜image＞', tokenizerOf({ type: 'NFKC' }), '<image>');
    const bert = {
      type: 'BertNormalizer',
      clean_text: true,
      handle_chinese_chars: true,
      strip_accents: true,
      lowercase: true,
    };
    refused('<ímage>', tokenizerOf(bert), '<image>');
    refused('<im\u00adage>', tokenizerOf(bert), '<image>');
    refused(
      '(/s)',
      tokenizerOf({
        type: 'Sequence',
        normalizers: [
          { type: 'Replace', pattern: { String: '(' }, content: '<' },
          { type: 'Replace', pattern: { String: ')' }, content: '>' },
        ],
      }),
      '</s>',
    );
  });

  it('are refused where the model itself has them as words', () => {
    const pieces: [string, number][] = [...SPECIAL, ' ', 'a'].map((piece) => [piece, -1]);
    const json = {
      added_tokens: SPECIAL.map((content, id) => ({ id, content, special: true, normalized: false })),
      normalizer: { type: 'NFKC' },
      model: { type: 'Unigram', vocab: pieces, unk_id: 0 },
    };
    refused('a ＜image＞', createTokenizer(json, 'file.json', TOKENS), '<image>');
  });

  it('are not seen in text that has none, not even where unknown letters become the token of padding', () => {
    const tokenizer = tokenizerOf({ type: 'Lowercase' });
    for (const text of ['', 'a b', '< image >', '日本 é', '<|endofchunk', 'ENDOFCHUNK']) {
      refuseSpecialTokens({ query: { text } }, tokenizer);
      assert.deepEqual(tokenizer.specialTokensIn(text), []);
    }
    assert.deepEqual(tokenizer.encode('日'), [0]);
  });

  it('may stand in a raw prompt', () => {
    refuseSpecialTokens({ text: 'a<image>b</s>', media: ['a.png'] }, tokenizerOf(null));
  });
});
