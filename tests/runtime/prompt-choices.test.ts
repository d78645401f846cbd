import assert from 'node:assert/strict';
import { encodeChoices } from '../../runtime/prompt/encode.ts';
import { joinChoice } from '../../runtime/prompt/join-choice.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { createTokenizer } from '../../runtime/tokenizer.ts';
import { PLAIN_TOKENS } from './tokenizer/word-tokenizer.ts';

const LETTERS = [...'▁ abcdefghijklmnopqrstuvwxyz:?,'];

/** Byte-pair encoding of letters, with these merges. */
function tokenizerOf(merges: readonly string[], parts: object) {
  const tokens = ['<image>', '<pad>', ...LETTERS, ...merges.map((pair) => pair.replace('|', ''))];
  const model = {
    type: 'BPE',
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges: merges.map((pair) => pair.split('|')),
  };
  const added_tokens = ['<image>', '<pad>'].map((content, id) => ({ id, content, special: true }));
  const tokenizer = createTokenizer({ added_tokens, ...parts, model }, 'file.json', PLAIN_TOKENS);
  const text = (ids: readonly number[]) => ids.map((id) => tokens[id]).join('|');
  return { tokenizer, text };
}

/** LLaMA's: spaces are marks, and one stands before every text. */
const llama = tokenizerOf(['▁|c', '▁c|a', '▁ca|t'], {
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Prepend', prepend: '▁' },
      { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    ],
  },
});
/** Spaces are themselves, and nothing stands before a text. */
const bytes = tokenizerOf([' |c', ' c|a', ' ca|t'], {});

function encoded({ tokenizer, text }: typeof llama, prompt: string, choices: readonly string[]) {
  const joined = choices.map((choice) => prompt + choice);
  const options = { contextLength: 100 };
  const {
    prompt: before,
    candidates,
    lengths,
    remainder,
  } = encodeChoices(
    { text: prompt, media: prompt.includes('<image>') ? [{ kind: 'image', source: 'a.png' }] : [] },
    joined,
    tokenizer,
    options,
  );
  return { before: text(before.tokens), after: candidates.map(text), lengths, remainder: text(remainder) };
}

describe('choices in one text with their prompt', () => {
  it('have one space, whatever the tokenizer puts before a text', () => {
    assert.deepEqual(encoded(llama, '<image>it:', [' cat', 'cat']), {
      before: '<image>|▁|i|t|:',
      after: ['▁cat', 'c|a|t'],
      lengths: [1, 3],
      remainder: '',
    });
    assert.deepEqual(encoded(bytes, '<image>it:', [' cat', 'cat']), {
      before: '<image>|i|t|:',
      after: [' cat', 'c|a|t'],
      lengths: [1, 3],
      remainder: '',
    });
  });

  it('have the space that the tokenizer puts before a text, after an image', () => {
    assert.deepEqual(encoded(llama, '<image>', ['cat']).after, ['▁cat']);
    assert.deepEqual(encoded(bytes, '<image>', ['cat']).after, ['c|a|t']);
  });

  it('take the white space with them that the prompt ends with', () => {
    const apart = { before: 'i|t|:', after: [' cat', ' |d'], lengths: [1, 2], remainder: '' };
    assert.deepEqual(encoded(bytes, 'it: ', ['cat', 'd']), apart);
    assert.deepEqual(encoded(bytes, 'it:', [' cat', ' d']), apart);
    assert.deepEqual(encoded(llama, '<image>it:  ', ['cat']), {
      before: '<image>|▁|i|t|:',
      after: ['▁|▁cat'],
      lengths: [2],
      remainder: '',
    });
    // Nothing would be left to score after.
    assert.deepEqual(encoded(tokenizerOf([], {}), '  ', ['a']), {
      before: ' | ',
      after: ['a'],
      lengths: [1],
      remainder: '',
    });
  });

  it('take the tokens of the prompt with them that reach over into one of them', () => {
    const joined = tokenizerOf([':|a'], {});
    assert.deepEqual(encoded(joined, 'it:', ['ab', 'b']), {
      before: 'i|t',
      after: [':a|b', ':|b'],
      lengths: [1, 1],
      remainder: ':',
    });
  });

  it('are refused when they add nothing to the prompt', () => {
    assert.throws(() => encoded(bytes, 'it:', ['é']), /The choice 'é' adds no token to the prompt/);
  });
});

describe('joinChoice', () => {
  const joined = (prompt: Prompt, text: string) => joinChoice(prompt, text, 'yes');

  it('writes a choice as it is given', () => {
    assert.equal(joined({ query: { text: 'Output:' } }, '<image>Output:'), '<image>Output:yes');
    assert.equal(joinChoice({ query: { text: 'Is it?' } }, 'Is it?', ' yes'), 'Is it? yes');
    assert.equal(joined({ text: 'Answer:', media: [] }, 'Answer:'), 'Answer:yes');
    assert.equal(joined({ query: {} }, '<image>'), '<image>yes');
  });

  it('puts a space before it as the examples do, but no second one', () => {
    const spaced: Prompt = { shots: [{ text: 'A dog? Answer: no' }], query: { text: 'A cat? Answer:' } };
    assert.equal(
      joined(spaced, 'A dog? Answer: no\nA cat? Answer:'),
      'A dog? Answer: no\nA cat? Answer: yes',
    );
    assert.equal(joinChoice(spaced, 'A cat? Answer:', ' yes'), 'A cat? Answer: yes');
    assert.equal(joined(spaced, 'A cat? Answer: '), 'A cat? Answer: yes');
    const close: Prompt = { shots: [{ text: 'Output:a dog' }], query: { text: 'Output:' } };
    assert.equal(joined(close, 'Output:a dog\nOutput:'), 'Output:a dog\nOutput:yes');
  });

  it('puts a space after the name of who speaks', () => {
    const dialogue: Prompt = { turns: [{ speaker: 'user', text: 'Is it?' }] };
    assert.equal(joined(dialogue, 'User: Is it?\nFlamingo:'), 'User: Is it?\nFlamingo: yes');
  });
});
