import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { dialogueOf } from '../../runtime/prompt/dialogue-of.ts';
import { encodePrompt } from '../../runtime/prompt/encode.ts';
import { nearestShots } from '../../runtime/prompt/nearest-shots.ts';
import { orderings } from '../../runtime/prompt/orderings.ts';
import { type Pictures, type Prompt, type Shot, textOnly } from '../../runtime/prompt/prompt.ts';
import { renderPrompt } from '../../runtime/prompt/render.ts';
import { captionPrompt, PAPER_TEMPLATES, questionPrompt } from '../../runtime/prompt/templates.ts';
import { loadTokenizer, type Tokenizer } from '../../runtime/tokenizer.ts';
import { packedPrefill } from '../models/language-feeds.ts';
import { oneSentence } from '../support/one-sentence.ts';

const tokens = {
  image: '<image>',
  endOfChunk: '<|endofchunk|>',
  padding: '<PAD>',
  beginning: '<s>',
  end: '</s>',
};
const image = (source: string) => ({ kind: 'image' as const, source });
const text = (prompt: Prompt) => renderPrompt(prompt, tokens).text;

const refuses = (attempt: () => unknown, message: RegExp) => assert.throws(attempt, oneSentence(message));

const words = fc
  .oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('a < b', '<imag', 'e>', '<|', '|>', 's>', '\n'))
  .filter((candidate) => !Object.values(tokens).some((token) => candidate.includes(token)));
const file = fc.constantFrom('cat.png', 'dog.jpg', 'apple.webp');
const pictures: fc.Arbitrary<Pictures> = fc.oneof(
  fc.record({ image: file }),
  fc.record({ images: fc.array(file, { maxLength: 3 }) }),
  fc.record({ video: file }),
  fc.record({ video: fc.array(file), frames: fc.integer({ min: 1, max: 8 }) }),
  fc.constant({}),
);
const numberOf = (item: Pictures) =>
  item.images?.length ?? (item.image === undefined && item.video === undefined ? 0 : 1);
const shot: fc.Arbitrary<Shot> = fc.tuple(pictures, words).map(([media, text]) => ({ ...media, text }));
const fewShot = fc.record({ shots: fc.array(shot, { maxLength: 4 }), query: shot });

describe('renderPrompt', () => {
  it('writes few-shot prompts in OpenFlamingo’s form', () => {
    const prompt = captionPrompt({
      shots: [
        { image: 'cat.png', caption: 'A cat.' },
        { image: 'dog.jpg', caption: 'A dog.' },
      ],
      query: { image: 'apple.webp' },
    });
    assert.deepEqual(renderPrompt(prompt, tokens), {
      text: '<image>Output:A cat.<|endofchunk|><image>Output:A dog.<|endofchunk|><image>Output:',
      media: [image('cat.png'), image('dog.jpg'), image('apple.webp')],
    });
  });

  it('words questions as OpenFlamingo or as the paper does', () => {
    const asked = {
      shots: [{ image: 'cat.png', question: 'What is it?', answer: 'a cat' }],
      query: { image: 'dog.jpg', question: 'And this?' },
    };
    assert.equal(
      text(questionPrompt(asked)),
      '<image>Question:What is it? Short answer:a cat<|endofchunk|><image>Question:And this? Short answer:',
    );
    assert.equal(
      text(questionPrompt(asked, PAPER_TEMPLATES)),
      '<image>Question: What is it? Answer: a cat<|endofchunk|><image>Question: And this? Answer:',
    );
    assert.equal(
      text(captionPrompt({ shots: [{ image: 'cat.png', caption: 'A cat.' }], query: {} }, PAPER_TEMPLATES)),
      '<image>Output: A cat.<|endofchunk|>Output:',
    );
  });

  describe('as Idefics has it', () => {
    const base = {
      ...tokens,
      endOfChunk: null,
      padding: '<unk>',
      aroundImages: '<fake>',
      endOfDocument: '</s>',
    };
    const tuned = { ...base, endOfChunk: '<end_of_utterance>' };
    const dialogue: Prompt = {
      turns: [
        { speaker: 'user', text: 'What is this?' },
        { speaker: 'assistant', text: 'What?' },
        { speaker: 'user', images: ['a.png', 'b.png'], text: ' These. ' },
      ],
    };
    const form = (userTurnsEnd: boolean) => ({ assistant: 'Assistant', userTurnsEnd, tuned: userTurnsEnd });

    it('puts marks before, between and after images, and ends examples with a line', () => {
      const prompt: Prompt = {
        shots: [
          { images: ['a.png', 'b.png'], text: 'two' },
          { images: [], text: 'none' },
        ],
        query: { image: 'c.png' },
      };
      assert.deepEqual(renderPrompt(prompt, base), {
        text: '<fake><image><fake><image><fake>two\nnone\n<fake><image><fake>',
        media: [image('a.png'), image('b.png'), image('c.png')],
      });
      assert.equal(
        renderPrompt(prompt, tuned).text,
        '<fake><image><fake><image><fake>two<end_of_utterance>none<end_of_utterance><fake><image><fake>',
      );
    });

    it('ends turns of both speakers where the model has a token for it', () => {
      assert.equal(
        renderPrompt(dialogue, tuned, form(true)).text,
        'User: What is this?<end_of_utterance>\nAssistant: What?<end_of_utterance>\nUser:<fake><image><fake><image><fake>These.<end_of_utterance>\nAssistant:',
      );
      assert.equal(
        renderPrompt(dialogue, base, form(false)).text,
        'User: What is this?\nAssistant: What?\nUser:<fake><image><fake><image><fake>These.\nAssistant:',
      );
    });

    it('refuses a mark in a text', () => {
      refuses(() => renderPrompt({ query: { text: 'a <fake> one' } }, base), /the query has '<fake>' at/);
    });
  });

  it('leaves the pictures of zero-shot examples out', () => {
    const shots: Shot[] = [
      { image: 'cat.png', text: 'Output:A cat.' },
      { video: 'sailing.gif', frames: 4, text: 'Output:A boat.' },
    ];
    const rendered = renderPrompt({ shots: shots.map(textOnly), query: { image: 'dog.jpg' } }, tokens);
    assert.deepEqual(rendered, {
      text: 'Output:A cat.<|endofchunk|>Output:A boat.<|endofchunk|><image>',
      media: [image('dog.jpg')],
    });
  });

  it('writes several images and videos before their text', () => {
    const prompt: Prompt = {
      shots: [{ images: ['a.png', 'b.png'], text: 'two' }],
      query: { video: ['1.png', '2.png'], frames: 2, text: 'moving' },
    };
    assert.deepEqual(renderPrompt(prompt, tokens), {
      text: '<image><image>two<|endofchunk|><image>moving',
      media: [image('a.png'), image('b.png'), { kind: 'video', source: ['1.png', '2.png'], frames: 2 }],
    });
  });

  it('writes a dialogue as lines and ends where the assistant speaks', () => {
    const prompt: Prompt = {
      preamble: 'A talk.',
      turns: [
        { speaker: 'user', image: 'cat.png', text: 'What is this?' },
        { speaker: 'assistant', text: 'A cat.' },
        { speaker: 'user', image: 'dog.jpg', text: 'And this?' },
      ],
    };
    assert.equal(
      text(prompt),
      'A talk.\nUser: <image>What is this?\nFlamingo: A cat.<|endofchunk|>\nUser: <image>And this?\nFlamingo:',
    );
    const names = { user: 'Q', assistant: 'A' };
    assert.equal(text({ names, turns: [{ speaker: 'user', text: 'Hello.' }] }), 'Q: Hello.\nA:');
  });

  it('always has as many <image> tokens as media, whatever the text', () => {
    fc.assert(
      fc.property(fewShot, (prompt) => {
        const { text, media } = renderPrompt(prompt, tokens);
        const expected = [...prompt.shots, prompt.query].reduce((sum, item) => sum + numberOf(item), 0);
        assert.equal(media.length, expected);
        assert.equal(text.split('<image>').length - 1, expected);
        assert.equal(text.split('<|endofchunk|>').length - 1, prompt.shots.length);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses special tokens in a user’s text', () => {
    fc.assert(
      fc.property(words, fc.constantFrom(...Object.values(tokens)), words, (before, token, after) => {
        const found = `${before}${token}${after}`;
        refuses(() => text({ query: { image: 'cat.png', text: found } }), /the query has '/);
        refuses(() => text({ shots: [{ text: found }], query: {} }), /example 1 has '/);
        refuses(() => text({ turns: [{ speaker: 'user', text: found }] }), /turn 1 has '/);
        refuses(
          () => text({ preamble: found, turns: [{ speaker: 'user', text: '' }] }),
          /the preamble has '/,
        );
      }),
    );
  });

  it('refuses a dialogue that the user does not end', () => {
    refuses(() => text({ turns: [] }), /has no turns/);
    refuses(
      () => text({ turns: [{ speaker: 'assistant', text: 'Hello.' }] }),
      /ends with the assistant's turn/,
    );
  });

  it('takes a raw prompt as it is and says both counts where they disagree', () => {
    const raw = {
      text: '<s>a<image>b<image><|endofchunk|>',
      media: ['cat.png', { kind: 'video' as const, source: 'x.gif' }],
    };
    assert.deepEqual(renderPrompt(raw, tokens), {
      text: raw.text,
      media: [image('cat.png'), { kind: 'video', source: 'x.gif' }],
    });
    refuses(() => text({ text: '<image>', media: [] }), /has 1 '<image>' token but 0 images came with it/);
    refuses(() => text({ text: 'none', media: ['cat.png'] }), /has 0 '<image>' tokens but 1 image came/);
  });
});

describe('dialogueOf', () => {
  it('makes turns of examples that say where their answers begin', () => {
    const prompt = {
      shots: [
        { image: 'a.png', text: 'What is this? Assistant: A cat.' },
        { video: 'b.gif', frames: 2, text: 'Assistant: A boat.' },
      ],
      query: { images: ['c.png'], text: 'And this? Assistant:' },
    };
    assert.deepEqual(dialogueOf(prompt, 'Assistant'), {
      turns: [
        { speaker: 'user', image: 'a.png', text: 'What is this?' },
        { speaker: 'assistant', text: 'A cat.' },
        { speaker: 'user', video: 'b.gif', frames: 2, text: '' },
        { speaker: 'assistant', text: 'A boat.' },
        { speaker: 'user', images: ['c.png'], text: 'And this?' },
      ],
    });
    assert.deepEqual(dialogueOf({ query: { text: 'Hello.' } }, 'A'), {
      turns: [{ speaker: 'user', text: 'Hello.' }],
    });
  });

  it('refuses an example without an answer', () => {
    refuses(
      () => dialogueOf({ shots: [{ text: 'A cat.' }], query: {} }, 'Assistant'),
      /The example 'A cat\.' has no 'Assistant:' before its answer/,
    );
  });
});

describe('encodePrompt', () => {
  let tokenizer: Tokenizer;
  let plain: Tokenizer;
  before(async () => {
    const path = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));
    tokenizer = await loadTokenizer(path, tokens);
    plain = await loadTokenizer(path, { ...tokens, beginning: null });
  });
  const options = { contextLength: 4096 };

  it('puts the beginning token first where the model has one', () => {
    const rendered = renderPrompt({ query: { image: 'cat.png', text: 'ab' } }, tokens);
    assert.deepEqual(encodePrompt(rendered, tokenizer, options).tokens, [259, 256, 97, 98]);
    assert.deepEqual(encodePrompt(rendered, plain, options).tokens, [256, 97, 98]);
  });

  it('begins a raw prompt once, whether or not its beginning token is written out', async () => {
    const path = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));
    const inText = await loadTokenizer(path, { ...tokens, beginningInText: true });
    for (const each of [tokenizer, inText]) {
      const ids = (text: string) => encodePrompt({ text, media: [] }, each, options).tokens;
      assert.deepEqual(ids('<s>ab'), [259, 97, 98]);
      assert.deepEqual(ids('<s>ab'), ids('ab'));
      assert.deepEqual(ids('<s><s>ab'), [259, 259, 97, 98], 'a second one is meant');
    }
    assert.deepEqual(encodePrompt({ text: '<s>', media: [] }, plain, options).tokens, [259]);
  });

  it('puts further tokens after the beginning, once, as GLM-4 has them', async () => {
    const path = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));
    for (const beginningInText of [false, true]) {
      const further = { ...tokens, afterBeginning: ['</s>'], beginningInText };
      const two = await loadTokenizer(path, further);
      const ids = (text: string) => encodePrompt({ text, media: [] }, two, options).tokens;
      for (const text of ['ab', '<s>ab', '<s></s>ab']) assert.deepEqual(ids(text), [259, 260, 97, 98], text);
      assert.throws(
        () => renderPrompt({ query: { text: 'a [two]' } }, { ...further, afterBeginning: ['[two]'] }),
        /has '\[two\]' at character 2/,
      );
    }
    await assert.rejects(
      loadTokenizer(path, { ...tokens, afterBeginning: ['[none]'] }),
      /has no special token '\[none\]', which the model needs as a token before every text/,
    );
  });

  it('has one image token for each medium, and one row each in the layout', () => {
    fc.assert(
      fc.property(fc.array(fewShot, { minLength: 1, maxLength: 3 }), (prompts) => {
        const encoded = prompts.map((prompt) =>
          encodePrompt(renderPrompt(prompt, tokens), tokenizer, options),
        );
        for (const { tokens, media } of encoded) {
          assert.equal(tokens.filter((id) => id === tokenizer.special.image).length, media.length);
        }
        const { image, padding } = tokenizer.special;
        const layout = packedPrefill(
          encoded.map(({ tokens }) => tokens),
          { image, padding },
        );
        assert.equal(
          layout.pictures.length,
          encoded.reduce((sum, { media }) => sum + media.length, 0),
        );
      }),
    );
  });

  it('says by how much a prompt is too long and what to leave out', () => {
    // 1 + 4 x (1 + 5 + 1) + 1 = 30 tokens.
    const shots = ['11111', '22222', '33333', '44444'].map((text) => ({ image: 'cat.png', text }));
    const rendered = renderPrompt({ shots, query: { image: 'dog.jpg' } }, tokens);
    const attempt = (contextLength: number, newTokens: number) => () =>
      encodePrompt(rendered, tokenizer, { contextLength, newTokens });
    // Not even split into tokens, which would take minutes.
    const book = renderPrompt({ query: { text: 'x'.repeat(2 ** 28) } }, tokens);
    refuses(
      () => encodePrompt(book, tokenizer, options),
      /has 268435456 characters, more than 100 for each token of the model's context of 4096: shorten its text\./,
    );
    assert.equal(attempt(40, 10)().tokens.length, 30);
    refuses(
      attempt(32, 10),
      /has 30 tokens and 10 are to be written, 8 more than the model's 32: leave out its first 2 examples \(14 tokens\)\./,
    );
    refuses(
      attempt(29, 0),
      /has 30 tokens, 1 more than the model's 29: leave out its first example \(7 tokens\)\./,
    );
    refuses(attempt(10, 20), /leave out all 4 examples and shorten the rest/);
    const long = renderPrompt({ query: { text: 'abcdef' } }, tokens);
    refuses(() => encodePrompt(long, tokenizer, { contextLength: 4 }), /shorten its text/);
  });

  it('gives advice that works, for any prompt', () => {
    fc.assert(
      fc.property(
        fewShot,
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 0, max: 20 }),
        (prompt, contextLength, newTokens) => {
          const encode = (shots: Shot[]) =>
            encodePrompt(renderPrompt({ ...prompt, shots }, tokens), tokenizer, { contextLength, newTokens });
          try {
            assert.ok(encode(prompt.shots).tokens.length + newTokens <= contextLength);
          } catch (error) {
            oneSentence()(error);
            const advice = /its first (?:(\d+) examples|example) \((\d+) tokens\)/.exec(String(error));
            if (advice === null) return;
            encode(prompt.shots.slice(Number(advice[1] ?? 1)));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('refuses an empty prompt', () => {
    refuses(() => encodePrompt({ text: '', media: [] }, plain, options), /is empty/);
  });
});

describe('orderings', () => {
  it('gives different orders of the same examples, the same for the same seed', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer(), { maxLength: 7 }),
        fc.integer({ min: 1, max: 12 }),
        fc.integer(),
        (shots, count, seed) => {
          const indices = [...shots.keys()];
          const orders = orderings(indices, count, seed);
          const factorial = indices.reduce((product, index) => product * (index + 1), 1);
          assert.equal(orders.length, Math.min(count, factorial));
          assert.equal(new Set(orders.map((order) => order.join())).size, orders.length);
          for (const order of orders) assert.deepEqual([...order].sort(), indices);
          assert.deepEqual(
            orderings(shots, count, seed),
            orders.map((order) => order.map((index) => shots[index])),
          );
        },
      ),
    );
  });

  it('depends on the seed', () => {
    const shots = [0, 1, 2, 3, 4, 5, 6, 7];
    assert.notDeepEqual(orderings(shots, 6, 1), orderings(shots, 6, 2));
    assert.deepEqual(orderings([], 6, 1), [[]]);
  });
});

describe('nearestShots', () => {
  it('gives the most similar last, by direction and not by length', () => {
    const candidates = [
      [0, 9],
      [1, 1],
      [0.1, 0],
      [-5, 0],
    ];
    assert.deepEqual(nearestShots([2, 0], candidates, 3), [0, 1, 2]);
    assert.deepEqual(nearestShots([2, 0], candidates, 0), []);
  });

  it('chooses no example that is less similar than one it leaves out', () => {
    const features = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 3, maxLength: 3 });
    fc.assert(
      fc.property(
        features,
        fc.array(features, { minLength: 1, maxLength: 8 }),
        fc.nat(8),
        (query, candidates, wanted) => {
          const count = Math.min(wanted, candidates.length);
          const cosine = (index: number) => {
            const candidate = candidates[index] ?? [];
            const sum = (a: number[], b: number[]) =>
              a.reduce((total, value, place) => total + value * (b[place] ?? 0), 0);
            const scale = Math.sqrt(sum(query, query)) * Math.sqrt(sum(candidate, candidate));
            return scale === 0 ? 0 : sum(query, candidate) / scale;
          };
          const chosen = nearestShots(query, candidates, count);
          assert.equal(new Set(chosen).size, count);
          const similarities = chosen.map(cosine);
          assert.deepEqual(
            similarities,
            [...similarities].sort((a, b) => a - b),
          );
          const least = similarities[0] ?? Number.POSITIVE_INFINITY;
          for (const index of candidates.keys())
            if (!chosen.includes(index)) assert.ok(cosine(index) <= least);
        },
      ),
    );
  });

  it('refuses more than there are, and features of another length', () => {
    refuses(() => nearestShots([1], [[1]], 2), /2 examples are to be chosen of 1/);
    refuses(() => nearestShots([1], [[1, 2]], 1), /Candidate 0 has 2 features but the query has 1/);
  });
});
