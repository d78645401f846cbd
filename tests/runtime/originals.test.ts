import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SafetensorsFile, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { openFlamingoModel } from '../../compiler/checkpoints/open-flamingo.ts';
import { compile } from '../../compiler/compile.ts';
import type { Program } from '../../dsl/program/program.ts';
import { ideficsFromConfig } from '../../models/idefics/config.ts';
import { idefics } from '../../models/idefics/idefics.ts';
import { specialToken } from '../../models/tokenizers/special-token.ts';
import { decode } from '../../runtime/generate/decode.ts';
import type { PreparedPrompt } from '../../runtime/generate/language-model.ts';
import { createSearch, type GenerateOptions, parseGenerateOptions } from '../../runtime/generate/options.ts';
import type { Hypothesis } from '../../runtime/generate/search/search.ts';
import { scoreCandidates } from '../../runtime/score.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { assertClose } from '../models/close.ts';
import { OPEN_FLAMINGO_REFERENCES, openFlamingoProgram } from '../models/open-flamingo-program.ts';
import {
  joinedWeights,
  openReference,
  rowsOf,
  sectionOf,
  sizesOf,
  tensorsUnder,
} from '../models/reference.ts';

const TOKENS = {
  image: '<image>',
  endOfChunk: '<|endofchunk|>',
  padding: '<PAD>',
  beginning: null,
  end: null,
};

/** A tokenizer with the reference's special tokens at the reference's ids; the prompts are given in ids. */
function tokenizerOf(ids: { image: number; endOfChunk: number; padding: number }): string {
  const special = [
    [ids.image, TOKENS.image],
    [ids.endOfChunk, TOKENS.endOfChunk],
    [ids.padding, TOKENS.padding],
  ] as const;
  const letters = Array.from(
    { length: ids.endOfChunk },
    (_, id) => [String.fromCodePoint(0x41 + id), id] as const,
  );
  return JSON.stringify({
    version: '1.0',
    added_tokens: special.map(([id, content]) => specialToken(id, content)),
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(letters.filter(([, id]) => id !== ids.padding)),
      merges: [],
      unk_token: 'A',
    },
  });
}

/** Writes the reference's weights as files of their own, frozen parts first, and returns their paths. */
async function writeWeights(parts: readonly SafetensorsFile[], folder: string): Promise<string[]> {
  const paths: string[] = [];
  for (const [index, part] of parts.entries()) {
    const path = join(folder, `weights-${index}.safetensors`);
    const tensors = [];
    for (const name of part.names) {
      const { dtype, shape } = part.tensor(name);
      tensors.push({ name, dtype, shape, data: await part.read(name) });
    }
    await writeSafetensors(path, tensors);
    paths.push(path);
  }
  return paths;
}

/** Compiles an OpenFlamingo reference's weights and program, as `openFlamingoProgram` joins them. */
async function compileReference(file: SafetensorsFile, folder: string, out: string): Promise<void> {
  await compileProgram(openFlamingoProgram(file, TOKENS), joinedWeights(file), file, folder, out);
}

/** Compiles an Idefics reference as its own config describes it. */
async function compileIdefics(file: SafetensorsFile, folder: string, out: string): Promise<void> {
  const program = idefics({
    name: 'reference',
    ...ideficsFromConfig(sectionOf(file, 'model')),
    tokens: TOKENS,
  });
  await compileProgram(program, [tensorsUnder(file, 'weights.')], file, folder, out);
}

async function compileProgram(
  program: Program,
  parts: readonly SafetensorsFile[],
  file: SafetensorsFile,
  folder: string,
  out: string,
): Promise<void> {
  const size = sizesOf(file);
  const ids = {
    image: size('media_token_id'),
    endOfChunk: size('eoc_token_id'),
    padding: size('pad_token_id'),
  };
  const tokenizer = join(folder, 'tokenizer.json');
  const weights = await writeWeights(parts, folder);
  await writeFile(tokenizer, tokenizerOf(ids));
  await compile(program, { out, source: 'reference.ts', tokenizer, weights });
}

/** Compiles the same parts from their own folders and formats, which say all that there is to know. */
async function compileFolders(_file: SafetensorsFile, _folder: string, out: string): Promise<void> {
  const parts = 'tests/references/open-flamingo-3b';
  const { program, tokenizer, weights } = await openFlamingoModel({
    checkpoint: join(parts, 'checkpoint.pt'),
    vision: join(parts, 'clip'),
    language: join(parts, 'language'),
  });
  await compile(program, { out, source: 'checkpoint.pt', tokenizer, weights });
}

const CASES = [
  ...OPEN_FLAMINGO_REFERENCES.map((name) => ({ name, reference: name, make: compileReference })),
  ...['idefics', 'idefics-plain'].map((name) => ({ name, reference: name, make: compileIdefics })),
  { name: 'from its folders', reference: 'open-flamingo-3b', make: compileFolders },
];

for (const { name, reference, make } of CASES) {
  describe(`the runtime against the original's generate (${name})`, () => {
    let folder: string;
    let file: SafetensorsFile;
    let engine: Engine;
    let prompts: PreparedPrompt[];

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'open-flamingo-'));
      file = await openReference(`${reference}.safetensors`);
      const size = sizesOf(file);
      const ids = { image: size('media_token_id'), padding: size('pad_token_id') };
      const out = join(folder, 'artifact');
      await make(file, folder, out);
      engine = await Engine.open({ directory: out, verify: true, imageMemory: 2 ** 24, threads: 1 });
      prompts = await preparePrompts(ids);
    });
    after(async () => {
      await engine?.close();
      await rm(folder, { recursive: true });
    });

    async function preparePrompts({
      image,
      padding,
    }: {
      image: number;
      padding: number;
    }): Promise<PreparedPrompt[]> {
      const pixels = await file.readFloat32('input.vision_x');
      const [, perRow = 0, frames = 0, ...sizes] = file.tensor('input.vision_x').shape;
      const each = frames * sizes.reduce((product, size) => product * size, 1);
      const rows = await rowsOf(file, 'input.lang_x');
      const result: PreparedPrompt[] = [];
      for (const [row, padded] of rows.entries()) {
        const tokens = padded.slice(0, padded.findLastIndex((token) => token !== padding) + 1);
        const count = tokens.filter((token) => token === image).length;
        const images = Array.from({ length: count }, (_, index) => {
          const start = (row * perRow + index) * each;
          return { key: `${row} ${index}`, pixels: pixels.subarray(start, start + each), frames };
        });
        result.push({ tokens, media: await engine.media.encodePixels(images) });
      }
      return result;
    }

    /** New tokens as the reference writes them: filled up with padding after the end. */
    const filled = ({ tokens }: Hypothesis, length: number): number[] => [
      ...tokens,
      ...new Array<number>(length - tokens.length).fill(engine.tokenizer.special.padding),
    ];

    async function answers(
      batch: readonly PreparedPrompt[],
      options: GenerateOptions,
    ): Promise<Hypothesis[][]> {
      const settings = parseGenerateOptions(options);
      const searches = batch.map(() => createSearch(settings, engine.tokenizer.special));
      return decode(engine.language, batch, searches, settings);
    }

    it('gives the same greedy answers, in a batch and one at a time', async () => {
      const expected = await rowsOf(file, 'output.greedy.tokens');
      const maxNewTokens = expected[0]?.length ?? 0;
      assert.ok(
        maxNewTokens > 4 && new Set(expected.flat()).size > 4,
        'the reference has something to compare',
      );
      const batch = await answers(prompts, { maxNewTokens });
      const best = ([hypothesis]: readonly Hypothesis[]) => {
        assert.ok(hypothesis);
        return filled(hypothesis, maxNewTokens);
      };
      assert.deepEqual(batch.map(best), expected);
      for (const [row, prompt] of prompts.entries()) {
        const [alone] = await answers([prompt], { maxNewTokens });
        assert.deepEqual(best(alone ?? []), expected[row]);
      }
    });

    it('gives the same three beams with the same scores', async () => {
      for (const row of [0, 1]) {
        const expected = await rowsOf(file, `output.beam.${row}.tokens`);
        const maxNewTokens = expected[0]?.length ?? 0;
        const prompt = prompts[row];
        assert.ok(prompt);
        const [beams = []] = await answers([prompt], { beams: 3, maxNewTokens });
        assert.deepEqual(
          beams.map((hypothesis) => filled(hypothesis, maxNewTokens)),
          expected,
        );
        assertClose(
          beams.map(({ score }) => score),
          await file.readFloat32(`output.beam.${row}.scores`),
        );
      }
    });

    it('gives the same log-likelihoods of candidates', async () => {
      const padded = await rowsOf(file, 'input.candidates');
      const lengths = Array.from((await file.read('input.candidate_lengths')) as Iterable<bigint>, Number);
      const candidates = padded.map((row, index) => row.slice(0, lengths[index]));
      assert.ok(new Set(lengths).size > 1, 'candidates differ in length');
      const found: number[] = [];
      for (const prompt of prompts) {
        const scores = await scoreCandidates(engine.language, prompt, candidates);
        found.push(...scores.map((tokens) => tokens.reduce((sum, score) => sum + score, 0)));
      }
      assertClose(found, await file.readFloat32('output.candidate_log_likelihoods'));
    });
  });
}
