import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { compile } from '../../compiler/compile.ts';
import { languageModel, llama } from '../../models/index.ts';
import { type Examples, promptAfter } from '../../runtime/prompt/examples.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { writeLivelyWeights } from './small-models.ts';

const file = new URL('../references/tokenizers.json.gz', import.meta.url);
const { tokenizers } = z
  .object({ tokenizers: z.array(z.object({ name: z.string(), json: z.unknown() })) })
  .parse(JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')));

/** Byte-level pairs, SentencePiece's pairs and unigrams, and others that join a text's end with what follows. */
const KINDS = [
  ...['gpt2', 'byte-level-without-words', 'llama-3', 'bloom', 'clip', 'llama', 'metaspace-always'],
  ...['metaspace-first-stripped', 'gemma', 'unigram', 'unigram-byte-fallback', 'bpe-suffix'],
];

const EXAMPLES: Readonly<Record<string, Examples>> = {
  'a separator that may be joined': {
    shots: [{ text: 'the dog says woof' }, { text: 'the cat says the ' }],
    separator: ' ',
  },
  'examples in lines': { shots: [{ text: 'one: 1\n' }, { text: 'two: 2\n' }, { text: 'three' }] },
  'a dialogue': {
    turns: [
      { speaker: 'user', text: 'hello' },
      { speaker: 'assistant', text: 'hello there' },
    ],
  },
};

const QUESTIONS = ['there', ' the', '\n\nthe end', 'and', 'é'];

describe('a question that the tokenizer joins to the examples of a task', () => {
  for (const kind of KINDS) {
    it(`is read as in the whole text: ${kind}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'joins-'));
      try {
        const json = tokenizers.find(({ name }) => name === kind)?.json ?? assert.fail(kind);
        const tokenizer = join(folder, 'tokenizer.json');
        await writeFile(tokenizer, JSON.stringify(json));
        const words = { padding: '<s>', beginning: '<s>', end: '</s>' };
        const program = languageModel({
          name: 'joins',
          language: llama({ dim: 32, layers: 2, heads: 4, inner: 48, vocabulary: 512, contextLength: 256 }),
          tokens: words,
        });
        const weights = join(folder, 'weights.safetensors');
        await writeLivelyWeights(weights, program, 5);
        const directory = join(folder, 'artifact');
        await compile(program, { out: directory, tokenizer, weights: [weights], copyWeights: true });
        const options = { directory, verify: false, imageMemory: 0, threads: 1 };
        await using whole = await Engine.open({ ...options, keptTokens: 0 });
        await using engine = await Engine.open(options);
        for (const examples of Object.values(EXAMPLES)) {
          const { task, tokens } = await engine.tasks.prepare(examples);
          for (const text of QUESTIONS) {
            const asked = { task, question: { text } };
            const prompt = promptAfter(examples, { text });
            const expected = await whole.prepare(prompt, 4);
            const prepared = await engine.prepare(asked, 4);
            assert.deepEqual(prepared.tokens, expected.tokens);
            const kept = prepared.prefix?.length ?? 0;
            assert.ok(kept > 0 && kept <= tokens, `${kept} of ${tokens} tokens are not read again`);
            const [answer] = await engine.generate([asked], { maxNewTokens: 4 });
            const [other] = await whole.generate([prompt], { maxNewTokens: 4 });
            assert.deepEqual(answer?.tokens, other?.tokens);
            for (const [place, score] of answer?.scores.entries() ?? [])
              assert.ok(Math.abs(score - (other?.scores[place] ?? Number.NaN)) < 1e-4);
            const scored = await engine.score(asked, ['dog', ' there'], { normalise: 'none' });
            const scores = await whole.score(prompt, ['dog', ' there'], { normalise: 'none' });
            for (const [index, { logLikelihood }] of scores.entries())
              assert.ok(Math.abs(logLikelihood - (scored[index]?.logLikelihood ?? Number.NaN)) < 1e-4);
          }
          engine.tasks.close(task);
        }
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }
});
