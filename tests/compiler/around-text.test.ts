import assert from 'node:assert/strict';
import { aroundText } from '../../compiler/checkpoints/around-text.ts';
import type { ModelFolder } from '../../compiler/checkpoints/model-folder.ts';
import { readTokenizer } from '../../compiler/checkpoints/read-tokenizer.ts';
import { tokenizerFile } from '../../compiler/checkpoints/tokenizer-file.ts';
import { addedTokenNotes } from '../../compiler/checkpoints/tokenizer-notes.ts';

const text = { Sequence: { id: 'A', type_id: 0 } };
const token = (id: string) => ({ SpecialToken: { id, type_id: 0 } });
const template = (single: readonly object[], special_tokens: object = {}) => ({
  ...{ type: 'TemplateProcessing', single, special_tokens },
  pair: [text, { Sequence: { id: 'B', type_id: 1 } }],
});
const named = { id: 'begin', ids: [2, 0], tokens: ['[gMASK]', '<s>'] };
const byteLevel = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true };

describe('what a tokenizer puts around a text', () => {
  it("is what Python's tokenizers 0.23 put around an 'a'", () => {
    const cases: readonly [object | null, string][] = [
      [template([token('<s>'), text, token('</s>')]), '<s> a </s>'],
      [template([token('[gMASK]'), token('<s>'), text]), '[gMASK] <s> a'],
      [template([token('begin'), text], { begin: named }), '[gMASK] <s> a'],
      [template([text]), 'a'],
      [{ type: 'BertProcessing', sep: ['[SEP]', 5], cls: ['[CLS]', 4] }, '[CLS] a [SEP]'],
      [{ type: 'RobertaProcessing', sep: ['</s>', 1], cls: ['<s>', 0], trim_offsets: true }, '<s> a </s>'],
      [{ type: 'Sequence', processors: [byteLevel, template([token('<s>'), text])] }, '<s> a'],
      [byteLevel, 'a'],
      [null, 'a'],
    ];
    for (const [processor, expected] of cases) {
      const { before, after } = aroundText(processor);
      assert.equal([...before, 'a', ...after].join(' '), expected);
    }
  });

  const json = (post_processor: object) => ({
    added_tokens: ['<s>', '</s>'].map((content, id) => ({ id, content, special: true })),
    model: { type: 'BPE', vocab: { '<s>': 0, '</s>': 1, a: 2 }, merges: [] },
    post_processor,
  });
  const folder = (tokenizer: object, tokenizerConfig?: object): ModelFolder => ({
    ...{ path: 'llama', config: {}, preprocessor: undefined, generation: undefined },
    ...{ tokenizer, specialTokens: undefined, tokenizerConfig, addedTokens: undefined },
  });

  it('after it is said, and not done', async () => {
    const notesOf = async (...single: readonly object[]) => {
      const notes: string[] = [];
      await readTokenizer(folder(json(template(single))), undefined, 'the model', notes);
      return notes;
    };
    assert.deepEqual(await notesOf(token('<s>'), text), []);
    assert.deepEqual(await notesOf(token('<s>'), text, token('</s>')), [
      "llama/tokenizer.json: it puts '</s>' after every text, which is not done; an answer goes on where its prompt ends.",
    ]);
  });

  it('is said where tokenizer_config.json has it otherwise, which releases 4 of transformers believe', () => {
    const notesOf = (single: readonly object[], config?: object) => {
      const made = json(template(single));
      return addedTokenNotes(folder(made, config), tokenizerFile(made, 'tokenizer.json'), 'tokenizer.json');
    };
    const [begun, bare] = [[token('<s>'), text], [text]];
    const nothing: readonly [readonly object[], object | undefined][] = [
      [begun, { add_bos_token: true, add_eos_token: false }],
      [begun, { add_bos_token: null }],
      [begun, undefined],
      [bare, { add_bos_token: false }],
      [[text, token('</s>')], { add_eos_token: true }],
    ];
    for (const [single, config] of nothing) assert.deepEqual(notesOf(single, config), []);
    assert.match(
      notesOf(begun, { add_bos_token: false }).join(),
      /false, but .* puts '<s>' before every text/,
    );
    assert.match(notesOf(bare, { add_bos_token: true }).join(), /true, but .* puts nothing before a text/);
    assert.match(notesOf(begun, { add_eos_token: true }).join(), /add_eos_token is not done; an answer/);
  });
});
