import assert from 'node:assert/strict';
import { UserError } from '../../artifact/user-error.ts';
import { framingTokens } from '../../compiler/checkpoints/framing-tokens.ts';
import type { ModelFolder } from '../../compiler/checkpoints/model-folder.ts';
import { tokenizerFile } from '../../compiler/checkpoints/tokenizer-file.ts';
import { oneSentence } from '../support/one-sentence.ts';

/** LLaMA's: three special tokens first, and `<s>` before every text. */
const LLAMA = {
  added_tokens: ['<unk>', '<s>', '</s>'].map((content, id) => ({ id, content, special: true })),
  model: { type: 'BPE', vocab: { '<unk>': 0, '<s>': 1, '</s>': 2, a: 3, b: 4 }, merges: [] },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
  },
};
/** As `decapoda-research/llama-7b-hf` publishes them. */
const EARLY_IDS = { bos_token_id: 0, eos_token_id: 1, pad_token_id: -1 };

const EMPTY: ModelFolder = {
  path: 'llama',
  config: {},
  preprocessor: undefined,
  generation: undefined,
  tokenizer: undefined,
  specialTokens: undefined,
  tokenizerConfig: undefined,
  addedTokens: undefined,
};
const framed = (
  folder: Partial<ModelFolder>,
  missing: 'refused' | 'noted' = 'noted',
  tokenizer: object = LLAMA,
) => {
  const notes: string[] = [];
  const file = tokenizerFile(tokenizer, 'tokenizer.json');
  return {
    ...framingTokens({ ...EMPTY, ...folder }, file, 'tokenizer.json', notes, missing),
    notes: notes.join('\n'),
  };
};

describe('the tokens around a text', () => {
  it("are the tokenizer's where early LLaMA's configs contradict it, which is said", () => {
    const words = { bos_token: '<s>', eos_token: { content: '</s>' } };
    for (const folder of [
      { config: EARLY_IDS },
      { config: EARLY_IDS, specialTokens: words },
      { config: EARLY_IDS, tokenizerConfig: words },
      // What the first conversions wrote beside.
      { config: EARLY_IDS, tokenizerConfig: { bos_token: '', eos_token: '' } },
      { config: {}, generation: { _from_model_config: true, ...EARLY_IDS, pad_token_id: 0 } },
    ]) {
      const { beginning, end, ends, notes } = framed(folder, 'refused');
      assert.deepEqual([beginning, end, ends], ['<s>', '</s>', ['</s>']], JSON.stringify(folder));
      assert.match(notes, /bos_token_id 0 is '<unk>' there, but its beginning of a text is '<s>'/);
      assert.match(notes, /eos_token_id 1 is '<s>' there, but its end of a text is '<\/s>'/);
    }
    assert.equal(framed({ config: EARLY_IDS }).padding, undefined);
  });

  it('are those of the configs where nothing contradicts them, without a word', () => {
    const ids = { bos_token_id: 1, eos_token_id: 2, pad_token_id: 0 };
    const { notes, ...tokens } = framed({ config: ids });
    assert.equal(notes, '');
    assert.deepEqual(tokens, {
      beginning: '<s>',
      end: '</s>',
      ends: ['</s>'],
      padding: '<unk>',
      suppressedTokens: [],
    });
  });

  it('end an answer at each of several ids, the one that the tokenizer names first', () => {
    const { end, ends, notes } = framed({
      config: { bos_token_id: 1, eos_token_id: 2 },
      generation: { eos_token_id: [3, 2] },
      specialTokens: { eos_token: '</s>' },
    });
    assert.deepEqual([end, ends, notes], ['</s>', ['</s>', 'a'], '']);
  });

  it('are refused or noted where the tokenizer does not have them', () => {
    const folder = { generation: { eos_token_id: [2, 400], bad_words_ids: [[9]] } };
    assert.throws(
      () => framed(folder, 'refused'),
      oneSentence(/name the token 400, 9, which tokenizer\.json/),
    );
    const { ends, suppressedTokens, notes } = framed(folder);
    assert.deepEqual([ends, suppressedTokens], [['</s>'], []]);
    assert.match(notes, /400, 9, which tokenizer\.json does not have: not taken/);
  });

  it('stand beside settings, of which those at the default of a release are none', () => {
    const plain = {
      max_length: 20,
      temperature: 1,
      do_sample: false,
      top_k: 50,
      num_beams: 1,
      use_cache: true,
    };
    assert.equal(framed({ generation: plain }).notes, '');
    assert.equal(framed({ config: { ...plain, hidden_size: 8, torch_dtype: 'float16' } }).notes, '');
    const changed = { ...plain, temperature: 0.5, top_p: 0.75 };
    assert.match(
      framed({ generation: changed }).notes,
      /generation_config\.json: temperature 0\.5, top_p 0\.75 not kept/,
    );
    // Before there was a file of its own.
    assert.match(framed({ config: changed }).notes, /config\.json: temperature 0\.5, top_p 0\.75 not kept/);
    assert.equal(framed({ config: changed, generation: {} }).notes, '');
  });
});

describe('a tokenizer.json with its special tokens', () => {
  const read = (vocab: unknown) =>
    tokenizerFile({ model: { vocab }, added_tokens: [{ id: 300_000, content: '<end>' }] }, 'tokenizer.json');

  it('is read with a map of ids, with pairs of scores, and with 260,000 tokens', () => {
    const map = Object.fromEntries(Array.from({ length: 260_000 }, (_, id) => [`t${id}`, id]));
    const large = read(map);
    assert.deepEqual(
      [large.size, large.idOf('t259999'), large.tokenOf(7), large.has('t1'), large.has('<end>')],
      [300_001, 259_999, 't7', false, true],
    );
    assert.equal(
      read([
        ['a', -1.5],
        ['b', -2],
      ]).idOf('b'),
      1,
    );
  });

  it('is refused with any other vocabulary', () => {
    for (const vocab of [
      null,
      3,
      'a',
      { a: -1 },
      { a: 0.5 },
      { a: '1' },
      [['a']],
      [['a', 'b']],
      [[1, 2]],
      [3],
    ]) {
      assert.throws(() => read(vocab), UserError, JSON.stringify(vocab));
    }
  });
});
