import assert from 'node:assert/strict';
import { interleavedBatches } from '../../examples/emoji/batches/interleaved-batches.ts';
import { type PictureTable, pictureTable } from '../../examples/emoji/batches/picture-table.ts';
import { textBatches } from '../../examples/emoji/batches/text-batches.ts';
import { type Gallery, loadTrainingVocabulary } from '../../examples/emoji/data/gallery.ts';
import { isHeldOut } from '../../examples/emoji/data/split.ts';
import { loadVocabulary } from '../../examples/emoji/data/vocabulary.ts';
import { fastBinding } from '../../examples/emoji/episodes/binding.ts';
import { offeredChoice, yesOrNo } from '../../examples/emoji/episodes/choices.ts';
import { inventedDescriptions, trueDescriptions } from '../../examples/emoji/episodes/descriptions.ts';
import { EPISODE_KINDS } from '../../examples/emoji/episodes/kinds.ts';
import { createLexicon, type Lexicon } from '../../examples/emoji/episodes/lexicon.ts';
import { madeUpWords } from '../../examples/emoji/episodes/made-up-words.ts';
import { picturesInARow } from '../../examples/emoji/episodes/pictures-in-a-row.ts';
import { plainLine } from '../../examples/emoji/episodes/plain-text.ts';
import { ANSWER_KINDS, KIND_PROMPTS } from '../../examples/emoji/episodes/prompts.ts';
import { askedQuestion, shownQuestion } from '../../examples/emoji/episodes/questions.ts';
import { Random } from '../../examples/emoji/random.ts';
import { type EmojiTokenizer, loadEmojiTokenizer } from '../../examples/emoji/tokenizer/emoji-tokenizer.ts';
import { smallGallery } from './small-gallery.ts';

const SEEDS = [...Array(60).keys()];

describe('episodes', () => {
  let lexicon: Lexicon;
  before(async () => {
    lexicon = createLexicon(await loadTrainingVocabulary(['es', 'fr', 'de']));
  });
  const nameOf = (place: number | undefined) => lexicon.emoji[place ?? -1]?.words.name;
  /** The kinds that a picture's answer is right for. */
  const kindsOf = (place: number | undefined, answer: string) =>
    ANSWER_KINDS.filter((kind) => lexicon.rightAnswers(place ?? 0, kind).includes(answer));

  it('are the same for a seed, and show no more pictures than asked for', () => {
    for (const kind of EPISODE_KINDS) {
      for (const seed of SEEDS) {
        const chunks = kind.make(lexicon, new Random(seed), 9);
        assert.deepEqual(chunks, kind.make(lexicon, new Random(seed), 9));
        const pictures = chunks.flatMap((chunk) => chunk.pictures);
        assert.ok(pictures.length > 0 && pictures.length <= 9, `${kind.kind} shows ${pictures.length}`);
        assert.ok(chunks.some(({ learnt }) => learnt) && chunks.every(({ answer }) => answer !== ''));
      }
    }
  });

  it('of shown questions answer one kind of question throughout, all kinds in turn', () => {
    const seen = new Set<string>();
    for (const seed of SEEDS) {
      const chunks = shownQuestion.make(lexicon, new Random(seed), 8);
      const common = ANSWER_KINDS.filter((kind) =>
        chunks.every(({ pictures: [place], answer }) => kindsOf(place, answer).includes(kind)),
      );
      assert.ok(common.length > 0);
      for (const kind of common) seen.add(kind);
      assert.equal(new Set(chunks.map(({ prefix }) => prefix)).size, 1);
    }
    assert.deepEqual(seen, new Set(ANSWER_KINDS));
  });

  it('of asked questions answer what each asks', () => {
    for (const seed of SEEDS) {
      for (const { pictures, prefix, answer } of askedQuestion.make(lexicon, new Random(seed), 6)) {
        const kind = ANSWER_KINDS.find((each) => KIND_PROMPTS[each] === prefix);
        assert.ok(kind !== undefined && kindsOf(pictures[0], answer).includes(kind));
      }
    }
  });

  it('of fast binding call a thing by one word that no other has, learnt from its second use on', () => {
    for (const seed of SEEDS) {
      const chunks = fastBinding.make(lexicon, new Random(seed), 16);
      const bound = new Map<number, string>();
      for (const { pictures, answer, learnt } of chunks) {
        const [thing = -1] = pictures;
        assert.equal(learnt, bound.has(thing));
        assert.equal(bound.get(thing) ?? answer, answer);
        bound.set(thing, answer);
      }
      assert.equal(new Set(bound.values()).size, bound.size);
      assert.ok(bound.size >= 2 && bound.size <= 5);
      assert.equal(chunks.length, 16);
    }
  });

  it('of choices offer the right answer once, among wrong ones', () => {
    for (const seed of SEEDS) {
      for (const { pictures, prefix, answer } of offeredChoice.make(lexicon, new Random(seed), 6)) {
        const offered = prefix.slice(0, -1).split(' or ');
        assert.equal(offered.filter((each) => each === answer).length, 1);
        assert.equal(new Set(offered).size, offered.length);
        assert.ok(kindsOf(pictures[0], answer).length > 0);
      }
    }
  });

  it('of yes and no say whether the picture is what is asked, each about as often', () => {
    const answers = SEEDS.flatMap((seed) => yesOrNo.make(lexicon, new Random(seed), 8));
    for (const { pictures, prefix, answer } of answers) {
      const right = ['name', 'group'] as const;
      const isRight = right.some((kind) => lexicon.answer(pictures[0] ?? -1, kind) === prefix.slice(0, -1));
      assert.equal(answer, isRight ? 'yes' : 'no');
    }
    const yes = answers.filter(({ answer }) => answer === 'yes').length / answers.length;
    assert.ok(yes > 0.4 && yes < 0.65, `${yes}`);
  });

  it('of pictures in a row name them in order', () => {
    for (const { pictures, answer } of picturesInARow.make(lexicon, new Random(3), 9)) {
      assert.equal(answer, pictures.map(nameOf).join(' and '));
    }
  });

  it('have made-up words that are no real ones, never the same for training and testing', () => {
    const training = madeUpWords(new Random(1), 2000);
    const testing = new Set(madeUpWords(new Random(1), 500, 'testing'));
    assert.equal(new Set(training).size, 2000);
    assert.ok(training.every((word) => /^[a-z]{3,12}$/.test(word) && !testing.has(word)));
  });

  it('describe a thing by its own words, or by invented ones that stay its own', () => {
    const place = 400;
    const words = lexicon.emoji[place]?.words;
    assert.ok(words);
    const known = new Set([words.name, ...words.keywords].flatMap((text) => text.split(' ')));
    const invented = inventedDescriptions(lexicon, new Random(8));
    const first = invented(place).split(' ');
    for (const seed of SEEDS) {
      const description = trueDescriptions(lexicon, new Random(seed))(place);
      assert.ok(
        description.split(' ').every((word) => known.has(word)),
        description,
      );
      assert.ok(
        invented(place)
          .split(' ')
          .some((word) => first.includes(word)),
      );
      assert.ok(plainLine(lexicon, new Random(seed)).length > 3);
    }
  });
});

describe('episode batches', () => {
  let gallery: Gallery;
  let lexicon: Lexicon;
  let tokenizer: EmojiTokenizer;
  let table: PictureTable;
  before(async () => {
    gallery = await smallGallery();
    lexicon = createLexicon(gallery.emoji);
    tokenizer = await loadEmojiTokenizer();
    table = pictureTable(gallery, 3);
  });
  const row = (values: BigInt64Array | Uint8Array, index: number, length: number) =>
    [...values.slice(index * length, (index + 1) * length)].map(Number);

  it('are the same for a step and seed, whatever came before, and differ between them', () => {
    const make = [
      () => textBatches(lexicon, { tokenizer, rows: 3, length: 96 }),
      () => interleavedBatches(lexicon, gallery, table, { tokenizer, rows: 3, length: 96 }),
    ];
    for (const factory of make) {
      const [one, other] = [factory(), factory()];
      one(1, 5);
      one(0, 0);
      assert.deepEqual(one(7, 5), other(7, 5));
      assert.notDeepEqual(one(8, 5).tokens, one(7, 5).tokens);
      assert.notDeepEqual(one(7, 6).tokens, one(7, 5).tokens);
    }
  });

  it('read as the runtime reads the same prompt, with answers alone counted', () => {
    const length = 128;
    const batch = interleavedBatches(lexicon, gallery, table, { tokenizer, rows: 40, length })(2, 0);
    const { image, endOfChunk, padding, beginning } = tokenizer.special;
    for (let index = 0; index < 40; index += 1) {
      const tokens = row(batch.tokens, index, length);
      const counted = row(batch.counted, index, length);
      const real = tokens.filter((token) => token !== padding);
      assert.equal(real[0], beginning);
      assert.deepEqual(tokens.slice(0, real.length), real);
      const text = tokenizer.decode(real.slice(1), { keepSpecialTokens: true });
      assert.deepEqual(
        tokenizer.encode(text.replaceAll(/(<image>|<\|endofchunk\|>) /g, '$1')),
        real.slice(1),
      );
      assert.ok(
        tokens.every((token, place) => counted[place] === 0 || (token !== image && token !== padding)),
      );
      // Every chunk ends, and what counts within it is its end: its answer.
      assert.equal(real.at(-1), endOfChunk);
      for (const [place, token] of tokens.entries()) {
        if (counted[place] === 1 && token !== endOfChunk) assert.equal(counted[place + 1], 1);
      }
      assert.ok(counted.includes(1));
    }
  });

  it('show the pictures that their texts are about, by another artist each time while there are others', () => {
    const [length, pictures] = [160, 16];
    const kinds = [fastBinding];
    const batch = interleavedBatches(lexicon, gallery, table, {
      tokenizer,
      rows: 20,
      length,
      pictures,
      kinds,
    })(0, 1);
    for (let index = 0; index < 20; index += 1) {
      const text = tokenizer.decode(row(batch.tokens, index, length), { keepSpecialTokens: true });
      const words = text
        .split('<|endofchunk|>')
        .slice(0, -1)
        .map((chunk) => chunk.split(/[> ]/).at(-1));
      const shown = [...batch.pictures.subarray(index * pictures, index * pictures + words.length)].map(
        (place) => table.reference(place),
      );
      const byWord = new Map<string | undefined, typeof shown>();
      for (const [place, word] of words.entries()) {
        byWord.set(word, [...(byWord.get(word) ?? []), ...shown.slice(place, place + 1)]);
      }
      for (const group of byWord.values()) {
        const [first] = group;
        assert.ok(first && group.every(({ emoji }) => emoji === first.emoji));
        const artists = gallery.styles(first.emoji).length;
        assert.equal(
          new Set(group.slice(0, artists).map(({ style }) => style)).size,
          Math.min(artists, group.length),
        );
      }
    }
  });

  it('describe in words what a row of text is about, as many things as it has marks of pictures', () => {
    const [rows, length, pictures, words] = [24, 128, 12, 32];
    const options = { tokenizer, rows, length, pictures, words, plain: 0 };
    const { described, describedMask, tokens } = textBatches(lexicon, { ...options, kinds: [yesOrNo] })(4, 2);
    const { image, padding } = tokenizer.special;
    for (let index = 0; index < rows; index += 1) {
      const marks = row(tokens, index, length).filter((token) => token === image).length;
      const bags = Array.from({ length: pictures }, (_, picture) =>
        row(described, index * pictures + picture, words),
      );
      assert.ok(bags.every((bag, picture) => (bag[0] !== padding) === picture < marks));
      const answers = tokenizer
        .decode(row(tokens, index, length), { keepSpecialTokens: true })
        .split('<|endofchunk|>')
        .slice(0, -1)
        .map((chunk) => chunk.replace(/^.*<image> /, '').split('? '));
      for (const [picture, [asked = '', answer]] of answers.entries()) {
        const bag = tokenizer.decode((bags[picture] ?? []).filter((token) => token !== padding));
        const isName = lexicon.emoji.some(({ words: { name } }) => name === asked);
        // A right name shares a word with its description; most of its words are kept.
        if (isName && answer === 'yes')
          assert.ok(
            asked.split(' ').some((word) => bag.includes(word)),
            bag,
          );
      }
      assert.deepEqual(
        bags.flat().map((token) => (token === padding ? 0 : 1)),
        [...describedMask.slice(index * pictures * words, (index + 1) * pictures * words)],
      );
    }
  });

  it('never have words of emoji that are held out', async () => {
    const all = await loadVocabulary(['es', 'fr', 'de']);
    const training = new Set((await loadTrainingVocabulary([])).map(({ words }) => words.name));
    const heldOut = all.filter(({ hexcode, words }) => isHeldOut(hexcode) && !training.has(words.name));
    const whole = createLexicon(await loadTrainingVocabulary(['es', 'fr', 'de']));
    const batches = textBatches(whole, {
      tokenizer,
      rows: 32,
      length: 192,
      kinds: [askedQuestion],
      plain: 0,
    });
    const answers = [0, 1].flatMap((step) => {
      const { tokens } = batches(step, 0);
      const texts = Array.from({ length: 16 }, (_, index) =>
        tokenizer.decode(row(tokens, index, 192), { keepSpecialTokens: true }),
      );
      return [...texts.join().matchAll(/ name: ([^<]+)<\|endofchunk\|>/g)].map(([, answer]) => answer);
    });
    assert.ok(answers.length > 20);
    const names = new Set(heldOut.map(({ words }) => words.name));
    assert.ok(answers.every((answer) => !names.has(answer ?? '')));
  });

  it('number every picture once, in as many variants as asked for', () => {
    assert.equal(
      table.size,
      3 * gallery.emoji.reduce((sum, _, place) => sum + gallery.styles(place).length, 0),
    );
    const seen = new Set<number>();
    for (const place of gallery.emoji.keys()) {
      for (const style of gallery.styles(place)) {
        for (const number of table.places(place, style)) {
          const reference = table.reference(number);
          assert.deepEqual([reference.emoji, reference.style], [place, style]);
          assert.ok(!seen.has(number));
          seen.add(number);
        }
      }
    }
    assert.equal(seen.size, table.size);
    assert.throws(() => table.reference(table.size), RangeError);
  });
});
