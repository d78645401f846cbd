import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CompileOptions, compile } from '../../compiler/compile.ts';
import { llama } from '../../models/llama/llama.ts';
import { languageModel } from '../../models/media/none.ts';
import { byteLevelTokenizer } from '../../models/tokenizers/byte-level-tokenizer.ts';

const program = languageModel({
  name: 'small',
  language: llama({ dim: 16, layers: 1, heads: 2, inner: 32, vocabulary: 261, contextLength: 32 }),
});

/** What no option takes, and what some do. */
const NOTHING = Symbol('nothing');
const VALUES = {
  ...{ null: null, number: 3, negative: -1, NaN: Number.NaN, boolean: true, text: 'text', empty: '' },
  ...{ list: [], texts: ['a'], numbers: [1], object: {}, function: () => {}, symbol: NOTHING },
  ...{
    bytes: Buffer.from('{}'),
    set: new Set(['a']),
    numberSet: new Set([1]),
    tokenizer: byteLevelTokenizer(),
  },
};
type Name = keyof typeof VALUES;

const TEXTS: readonly Name[] = ['text', 'empty'];
const NUMBERS: readonly Name[] = ['number', 'negative'];
const OBJECTS: readonly Name[] = ['object', 'bytes', 'set', 'numberSet', 'tokenizer'];

/** The values that each option may be, as far as kinds go; a new option is a row that types miss. */
const TAKEN: Readonly<Record<keyof CompileOptions, readonly Name[]>> = {
  out: ['text'],
  source: TEXTS,
  tokenizer: ['text', 'bytes'],
  weights: ['list', 'texts'],
  copyWeights: ['boolean'],
  seedMissing: ['boolean'],
  seed: NUMBERS,
  replace: ['boolean'],
  onGraph: ['function'],
  onProgress: ['function'],
  onNote: ['function'],
  nameOf: ['function'],
  target: [...TEXTS, ...OBJECTS],
  fusion: ['boolean'],
  precision: [],
  marks: ['boolean'],
  blockwise: ['set'],
  stages: NUMBERS,
  staticCache: NUMBERS,
  generation: ['boolean'],
  explain: TEXTS,
  targets: ['list'],
  operators: ['list'],
  rules: ['list'],
  ways: ['list'],
  weightFormats: ['list'],
};

/** As a program of plain JavaScript calls it. */
const compileAnything: (program: unknown, options?: unknown) => Promise<unknown> = (...given) =>
  Reflect.apply(compile, undefined, given);

describe('options of compile', () => {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compile-options-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  for (const [option, taken] of Object.entries(TAKEN)) {
    it(`refuse in a sentence what ${option} cannot be, before anything is written`, async () => {
      const out = join(folder, 'out');
      for (const [name, value] of Object.entries(VALUES)) {
        if (taken.some((each) => each === name)) continue;
        await assert.rejects(
          compileAnything(program, { out, tokenizer: 'none.json', [option]: value }),
          (error: Error) => {
            assert.equal(error.name, 'UserError', `${name}: ${error.stack}`);
            assert.match(
              error.message,
              new RegExp(`^compile: ${option} must be [^.]+.*, but it is [^\\n]+\\.$`),
            );
            return true;
          },
        );
        assert.ok(!existsSync(out), name);
      }
    });
  }

  it('say how the tokenizer that byteLevelTokenizer() makes is given', async () => {
    const out = join(folder, 'out');
    await assert.rejects(compileAnything(program, { out, tokenizer: byteLevelTokenizer() }), {
      name: 'UserError',
      message:
        'compile: tokenizer must be the path of a tokenizer.json or its bytes (Buffer.from(JSON.stringify(…))), but it is an object.',
    });
    const text = JSON.stringify(byteLevelTokenizer());
    await assert.rejects(compile(program, { out, tokenizer: text }), {
      name: 'UserError',
      message:
        /^compile: the tokenizer's path is .{10,200}, which is content: give its bytes, Buffer\.from\(text\), or a path\.$/,
    });
    const tokenizer = Buffer.from(text);
    assert.equal((await compile(program, { out, tokenizer })).model.name, 'small');
  });

  it('find a misspelt name, a missing folder, no options and what is no program', async () => {
    for (const [given, message] of [
      [
        [program, { out: 'a', tokeniser: 'b' }],
        "compile: there is no option 'tokeniser'; did you mean 'tokenizer'?",
      ],
      [[program, {}], 'compile: out must be the path of a folder, but it is undefined.'],
      [[program], 'compile: the options must be an object, but they are undefined.'],
      [
        [{ graphs: {} }, { out: 'a' }],
        'compile: the program must be what flamingo(…), languageModel(…) or graph(…) return, but it is an object.',
      ],
      [
        ['model.ts', { out: 'a' }],
        "compile: the program must be what flamingo(…), languageModel(…) or graph(…) return, but it is the text 'model.ts'.",
      ],
    ] as const)
      await assert.rejects(compileAnything(...(given as [unknown, unknown])), { name: 'UserError', message });
  });

  it('leave alone what is undefined and what openCheckpoint returns besides', async () => {
    const tokenizer = Buffer.from(JSON.stringify(byteLevelTokenizer()));
    const undefinedOnes = Object.fromEntries(Object.keys(TAKEN).map((name) => [name, undefined]));
    const out = join(folder, 'out');
    await compileAnything(program, { ...undefinedOnes, out, tokenizer, notes: [], program });
    assert.ok(existsSync(join(out, 'manifest.json')));
  });
});
