import assert from 'node:assert/strict';
import { blurredWords } from '../../examples/emoji/batches/blurred-words.ts';
import { loadTrainingVocabulary } from '../../examples/emoji/data/gallery.ts';
import { createLexicon } from '../../examples/emoji/episodes/lexicon.ts';
import { Random } from '../../examples/emoji/random.ts';
import { loadEmojiTokenizer } from '../../examples/emoji/tokenizer/emoji-tokenizer.ts';
import { VOCABULARY } from '../../models/emoji/language.ts';

describe('blurred descriptions', () => {
  it('hold all words of what is meant, more of them than of others on the whole, and are clear at times', async () => {
    const lexicon = createLexicon(await loadTrainingVocabulary());
    const tokenizer = await loadEmojiTokenizer();
    let clear = 0;
    const meant: number[] = [];
    const other: number[] = [];
    for (let seed = 0; seed < 200; seed += 1) {
      const random = new Random(seed);
      const place = random.pick(lexicon.places);
      const tokens = tokenizer.encode(lexicon.answer(place, 'name'));
      const words = blurredWords(lexicon, tokenizer, { vocabulary: VOCABULARY, random })(tokens, place);
      assert.deepEqual(
        words.slice(0, tokens.length).map(([token]) => token),
        tokens,
      );
      assert.ok(words.slice(0, tokens.length).every(([, amount]) => amount >= 0.55 && amount <= 1.15));
      assert.ok(words.slice(tokens.length).every(([, amount]) => Math.abs(amount) <= 0.75));
      meant.push(...words.slice(0, tokens.length).map(([, amount]) => amount));
      other.push(...words.slice(tokens.length).map(([, amount]) => amount));
      assert.ok(words.every(([token]) => token >= 0 && token < VOCABULARY));
      if (words.length === tokens.length) clear += 1;
    }
    const mean = (amounts: readonly number[]) =>
      amounts.reduce((sum, amount) => sum + amount, 0) / amounts.length;
    assert.ok(mean(meant) > 2 * mean(other), `${mean(meant)} and ${mean(other)}`);
    assert.ok(clear > 10 && clear < 60, String(clear));
  });
});
