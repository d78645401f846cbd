import assert from 'node:assert/strict';
import {
  type TokenizerFile,
  tokenizerFile,
  withAddedTokens,
  withSpecialTokens,
} from '../../compiler/checkpoints/tokenizer-file.ts';
import { oneSentence } from '../support/one-sentence.ts';

const file = () =>
  tokenizerFile(
    { model: { vocab: { a: 0, b: 1, '<s>': 2 } }, added_tokens: [{ id: 2, content: '<s>' }] },
    'tokenizer.json',
  );
const addedTo = ({ json }: TokenizerFile) =>
  'added_tokens' in json && Array.isArray(json.added_tokens)
    ? json.added_tokens.map(({ id, content }) => [content, id])
    : [];

describe('special tokens that a tokenizer is given', () => {
  it('stand after its last, in their order, but for words of its vocabulary, which become special where they are', () => {
    const given = withSpecialTokens(file(), ['<x>', 'b', '<s>', '<y>'], 'tokenizer.json');
    assert.deepEqual(addedTo(given), [
      ['<s>', 2],
      ['<x>', 3],
      ['b', 1],
      ['<y>', 4],
    ]);
    assert.equal(given.size, 5);
  });

  it('of an added_tokens.json have the ids that it says, or are refused', () => {
    const added = withAddedTokens(file(), { a: 0, '<s>': 2, '<x>': 3 }, 'tokenizer.json');
    assert.deepEqual(addedTo(added), [
      ['<s>', 2],
      ['a', 0],
      ['<x>', 3],
    ]);
    assert.throws(
      () => withAddedTokens(file(), { a: 3 }, 'tokenizer.json'),
      oneSentence(/gives 'a' the id 3, but the tokenizer has it as 0; download both files again\./),
    );
    assert.throws(
      () => withAddedTokens(file(), { '<x>': 4 }, 'tokenizer.json'),
      oneSentence(/gives '<x>' the id 4, but the next id of the tokenizer is 3/),
    );
  });
});
