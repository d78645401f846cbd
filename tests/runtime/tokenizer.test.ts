import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { createTokenizer, loadTokenizer, type Tokenizer } from '../../runtime/tokenizer.ts';
import { oneSentence } from '../support/one-sentence.ts';

const path = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));
const tokens = {
  image: '<image>',
  endOfChunk: '<|endofchunk|>',
  padding: '<PAD>',
  beginning: '<s>',
  end: '</s>',
};
const special = fc.constantFrom(...Object.values(tokens));
const anyText = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), special))
  .map((parts) => parts.join(''));
const anyIds = fc.array(fc.oneof(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 0, max: 300 })));

describe('the byte-level tokenizer', () => {
  let tokenizer: Tokenizer;
  before(async () => {
    tokenizer = await loadTokenizer(path, tokens);
  });

  it('knows its special tokens', () => {
    assert.deepEqual(tokenizer.special, {
      image: 256,
      endOfChunk: 257,
      padding: 258,
      beginning: 259,
      end: 260,
    });
    assert.equal(tokenizer.size, 261);
  });

  it('encodes text as its UTF-8 bytes and special tokens as one id', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!Object.values(tokens).some((token) => text.includes(token)));
        assert.deepEqual(tokenizer.encode(text), [...Buffer.from(text, 'utf8')]);
      }),
    );
    assert.deepEqual(tokenizer.encode('<image>a<|endofchunk|>'), [256, 97, 257]);
  });

  it('decodes what it encoded, for any Unicode text with or without special tokens', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        assert.equal(tokenizer.decode(tokenizer.encode(text), { keepSpecialTokens: true }), text);
      }),
      { numRuns: 500 },
    );
  });

  it('decodes any ids, leaving out special tokens and ids without a token', () => {
    fc.assert(
      fc.property(anyIds, (ids) => {
        const bytes = ids.filter((id) => id < 256);
        assert.equal(
          tokenizer.decode(ids),
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(Uint8Array.from(bytes)),
        );
      }),
    );
  });

  it('streams any text in whole characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const stream = tokenizer.stream();
        const pieces = tokenizer.encode(text).map((id) => stream.push(id));
        for (const piece of pieces) assert.equal(Buffer.from(piece).toString(), piece);
        if (!text.includes('\ufffd')) assert.ok(!pieces.join('').includes('\ufffd'), 'no half character');
        assert.equal([...pieces, stream.end()].join(''), text);
      }),
      { numRuns: 500 },
    );
  });

  it('streams any ids to the same text as decoding them together', () => {
    fc.assert(
      fc.property(anyIds, (ids) => {
        const stream = tokenizer.stream();
        const pieces = ids.map((id) => stream.push(id));
        assert.equal([...pieces, stream.end()].join(''), tokenizer.decode(ids));
      }),
      { numRuns: 500 },
    );
  });

  it('emits a character with its last byte', () => {
    const stream = tokenizer.stream();
    assert.deepEqual(
      [...Buffer.from('é😀', 'utf8')].map((id) => stream.push(id)),
      ['', 'é', '', '', '', '😀'],
    );
    assert.equal(stream.end(), '');
  });
});

describe('a SentencePiece tokenizer', () => {
  const pieces = [
    '▁A',
    '▁cat',
    '▁',
    '<0xF0>',
    '<0x9F>',
    '<0x98>',
    '<0x80>',
    '<unk>',
    ...Object.values(tokens),
  ];
  const json = {
    added_tokens: Object.values(tokens).map((content) => ({
      id: pieces.indexOf(content),
      content,
      special: true,
    })),
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    },
    pre_tokenizer: null,
    post_processor: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    },
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges: [],
      unk_token: '<unk>',
      byte_fallback: true,
    },
  };

  it('streams the spaces between words, and bytes once no more follow, which could make them no text', () => {
    const tokenizer = createTokenizer(json, 'sentence-piece.json', tokens);
    const ids = [0, 1, 1, 2, 3, 4, 5, 6, 1];
    assert.equal(tokenizer.decode(ids), 'A cat cat 😀 cat');
    const stream = tokenizer.stream();
    assert.deepEqual(
      ids.map((id) => stream.push(id)),
      ['A', ' cat', ' cat', ' ', '', '', '', '', '😀 cat'],
    );
    assert.equal(stream.end(), '');
  });
});

describe('loadTokenizer', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tokenizer-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('says which special token is missing and how to add it', async () => {
    await assert.rejects(loadTokenizer(path, { ...tokens, image: '<picture>' }), (error) => {
      oneSentence()(error);
      assert.match(String(error), /no special token '<picture>'.*"content": "<picture>".*"added_tokens"/);
      return true;
    });
  });

  it('has null for a token that the model does not use', async () => {
    const { special } = await loadTokenizer(path, { ...tokens, beginning: null, end: null });
    assert.deepEqual([special.beginning, special.end], [null, null]);
  });

  it('refuses a missing file, a folder, broken JSON and other JSON with one sentence', async () => {
    await assert.rejects(loadTokenizer(join(folder, 'none.json'), tokens), oneSentence());
    await assert.rejects(loadTokenizer(folder, tokens), oneSentence());
    for (const content of ['{"version": "1.0"}', `[${'"a",'.repeat(100_000)}"a"]`])
      await assert.rejects(
        loadTokenizer(content, tokens),
        oneSentence(
          /^The tokenizer's path is .{10,200}, which is content: write it to a file and pass its path\.$/,
        ),
      );
    const file = join(folder, 'tokenizer.json');
    for (const content of [
      '',
      '{',
      'null',
      '[]',
      '{}',
      '{"model": 3}',
      '{"added_tokens": [], "model": {}}',
    ]) {
      await writeFile(file, content);
      await assert.rejects(loadTokenizer(file, tokens), oneSentence());
    }
  });

  it('reads or refuses any change of one value of a real file', async () => {
    const text = await readFile(path, 'utf8');
    const values = [...text.matchAll(/: ("[^"]*"|\d+|null|true|false|\[\]|\{)/g)].map(
      (match) => match.index + 2,
    );
    fc.assert(
      fc.property(fc.constantFrom(...values), fc.jsonValue({ maxDepth: 1 }), (place, value) => {
        let json: unknown;
        try {
          json = JSON.parse(
            text.slice(0, place) +
              text
                .slice(place)
                .replace(/^("[^"]*"|\d+|null|true|false|\[\]|\{)/, () => JSON.stringify(value)),
          );
        } catch {
          return;
        }
        try {
          createTokenizer(json, 'changed.json', tokens).encode('a b');
        } catch (error) {
          oneSentence()(error);
        }
      }),
      { numRuns: 500 },
    );
  });
});
