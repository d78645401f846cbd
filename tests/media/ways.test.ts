import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { calibrate } from '../../cli/calibrate.ts';
import { createReport } from '../../cli/report.ts';
import { workPerStep } from '../../cli/work-per-step.ts';
import { compile } from '../../compiler/compile.ts';
import { relink } from '../../compiler/relink.ts';
import { evaluate } from '../../runtime/evaluate/evaluate.ts';
import type { PreparedPrompt } from '../../runtime/generate/language-model.ts';
import { compareWithReference } from '../../runtime/golden/compare-with-reference.ts';
import type { GoldenReference } from '../../runtime/golden/golden-reference.ts';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { PROMPTS, picture, TOKENIZER } from '../runtime/compiled-model.ts';
import { oneSentence } from '../support/one-sentence.ts';
import { compileLively, SMALL_MODELS, writeLivelyWeights } from './small-models.ts';

/** Float32 sums in another order differ in the last digits. */
const TOLERANCE = 1e-4;

const close = (actual: number | undefined, expected: number | undefined, what: string) =>
  assert.ok(
    Math.abs((actual ?? Number.NaN) - (expected ?? Number.NaN)) <= TOLERANCE,
    `${what}: ${actual} instead of ${expected}`,
  );

const TEXTS: Readonly<Record<string, Prompt>> = {
  'examples in text': {
    shots: [{ text: 'two and two: four' }, { text: 'one: one' }],
    query: { text: 'ten:' },
  },
  'a question': { query: { text: 'Once' } },
  'raw text': { text: 'Look! Output:', media: [] },
};

for (const [name, make] of Object.entries(SMALL_MODELS)) {
  describe(`how pictures reach text: ${name}`, () => {
    let folder: string;
    let directory: string;
    let engine: Engine;
    const program = make();
    const hasPictures = program.facts.image !== undefined;
    const { 'a video': video, ...stills } = PROMPTS;
    const isVideo = (program.facts.image?.maxFrames ?? 1) > 1;
    const prompts = hasPictures ? { ...stills, ...(isVideo && video && { 'a video': video }) } : TEXTS;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'ways-'));
      directory = await compileLively(folder, program);
      engine = await Engine.open({ directory, verify: true, imageMemory: 2 ** 24, threads: 1 });
    });
    after(async () => {
      await engine.close();
      await rm(folder, { recursive: true, force: true });
    });

    /** Log-probabilities after a prompt and some tokens, everything read at once without a cache. */
    async function recompute(prompt: PreparedPrompt, tokens: readonly number[]): Promise<Float64Array> {
      const all = await engine.language.predictions({ ...prompt, tokens: [...prompt.tokens, ...tokens] });
      const last = all.at(-1);
      assert.ok(last);
      return last;
    }

    it('decodes with the cache what it computes without, and scores choices as a full pass does', async () => {
      for (const prompt of Object.values(prompts)) {
        const prepared = await engine.prepare(prompt, 12);
        const [answer] = await engine.generate([prompt], { maxNewTokens: 6 });
        assert.ok(answer);
        for (const [place, token] of answer.tokens.entries()) {
          const expected = await recompute(prepared, answer.tokens.slice(0, place));
          close(answer.scores[place], expected[token], `log-probability of token ${place}`);
        }
        const choices = ['a', 'a dog', 'é'];
        const scored = await engine.score(prompt, choices, { normalise: 'none' });
        for (const [index, choice] of choices.entries()) {
          const tokens = engine.tokenizer.encode(choice);
          let expected = 0;
          for (const [place, token] of tokens.entries())
            expected += (await recompute(prepared, tokens.slice(0, place)))[token] ?? Number.NaN;
          close(scored[index]?.logLikelihood, expected, choice);
        }
      }
    });

    for (const [search, options] of [
      ['greedy', { maxNewTokens: 8 }],
      ['three beams', { maxNewTokens: 6, beams: 3 }],
    ] as const) {
      it(`answers a padded batch as it answers one prompt at a time (${search})`, async () => {
        const all = Object.values(prompts);
        const batch = await engine.generate(all, options, { batchSize: all.length });
        for (const [index, prompt] of all.entries()) {
          const [alone] = await engine.generate([prompt], options);
          assert.deepEqual(batch[index]?.tokens, alone?.tokens);
          assert.equal(batch[index]?.alternatives.length, alone?.alternatives.length);
          close(batch[index]?.score, alone?.score, 'score');
        }
      });
    }

    it('gives beams whose scores are those of their tokens', async () => {
      const [prompt] = Object.values(prompts);
      assert.ok(prompt);
      const [best] = await engine.generate([prompt], { maxNewTokens: 5, beams: 4 });
      const prepared = await engine.prepare(prompt, 5);
      assert.ok(best);
      for (const { tokens, score } of [best, ...best.alternatives]) {
        let sum = 0;
        for (const [place, token] of tokens.entries())
          sum += (await recompute(prepared, tokens.slice(0, place)))[token] ?? Number.NaN;
        close(score, sum, 'score');
      }
    });

    it('is compared with what an original gave, and with what does not fit it', async () => {
      const { size = 0 } = engine.manifest.image ?? {};
      const { image, end } = engine.tokenizer.special;
      const pictures = hasPictures
        ? [0.1, 0.5].map((step) =>
            Float32Array.from({ length: 3 * size * size }, (_, at) => Math.sin(at * step)),
          )
        : [];
      const encoded = await engine.media.encodePixels(
        pictures.map((pixels, index) => ({ key: `${index}`, pixels, frames: 1 })),
      );
      const marks = encoded.map((each) => new Array<number>(engine.way.tokensOf(each)).fill(image ?? 0));
      const asked = [
        [70, ...(marks[0] ?? []), 71, 72],
        [...(marks[1] ?? []), ...(marks[0] ?? []), 80],
      ];
      const shown = hasPictures ? [[0], [1, 0]] : [[], []];
      const steps = [[90, 91]];
      const prompts = await Promise.all(
        asked.map(async (tokens, row) => {
          const media = encoded.length === 0 ? [] : (shown[row] ?? []).map((index) => encoded[index] ?? {});
          const read = await engine.language.predictions({ tokens: [...tokens, 90 + row], media });
          const logProbabilities = read.map((each) => Float32Array.from(each));
          return { tokens, pictures: shown[row] ?? [], logProbabilities };
        }),
      );
      const reference = { prompts, steps, pictures, frames: 1, special: { image, end }, beams: [] };
      const compared = await compareWithReference(engine, reference, { tolerance: 1e-5 });
      assert.deepEqual(compared.problems, []);
      assert.ok(compared.batch && compared.steps && compared.largestError !== undefined);
      const [first, second] = prompts;
      assert.ok(first && second);
      const problemsOf = async (changes: Partial<GoldenReference>) =>
        (await compareWithReference(engine, { ...reference, ...changes }, { tolerance: 1e-5 })).problems;
      const off = { ...first, logProbabilities: first.logProbabilities.map((each) => each.with(9, 0)) };
      assert.match((await problemsOf({ prompts: [off, second] })).join(), /^log-probabilities differ/);
      if (hasPictures) {
        const tokens = [...first.tokens, image ?? 0];
        assert.match(
          (await problemsOf({ prompts: [{ ...first, tokens }, second] })).join(),
          /^prompt 0 has \d+ image tokens \(\d+\) for 1 pictures/,
        );
      } else {
        const strange = [new Float32Array(12)];
        assert.deepEqual(await problemsOf({ pictures: strange }), [
          'the reference has pictures (1), but the model reads text alone',
        ]);
      }
    });

    it('is compiled for CUDA without a node that has no kernel there, answers in int4, and says what that cost', async () => {
      const cuda = await compile(program, {
        ...{ out: join(folder, 'cuda'), tokenizer: TOKENIZER, target: 'cuda', weights: 'none' },
      });
      for (const { fallbacks } of Object.values(cuda.graphs)) assert.deepEqual(fallbacks, []);
      const options = { out: join(folder, 'int4'), tokenizer: TOKENIZER, precision: 'int4' } as const;
      const compiled = await compile(program, options);
      const images = hasPictures ? [picture('dog.jpg')] : [];
      const asked = {
        ...{ id: '1', line: 1, shots: [{ images, text: 'Output:a' }] },
        query: { images, text: 'Output:' },
      };
      const context = { report: createReport(), signal: new AbortController().signal };
      const measured = { file: 'prompts.jsonl', prompts: [asked] };
      const { precision } = await calibrate(program, compiled, options, measured, context);
      const { predictions = 0, divergence = 0 } = precision.calibration ?? {};
      assert.ok(predictions > 10 && divergence > 0, `${predictions}, ${divergence}`);
      const { out } = options;
      await using small = await Engine.open({ directory: out, verify: true, imageMemory: 0, threads: 1 });
      const answers = await small.generate(Object.values(prompts), { maxNewTokens: 2 });
      for (const { tokens } of answers) assert.ok(tokens.length > 0);
    });

    if (hasPictures) {
      it('looks at its pictures, those of examples too', async () => {
        const score = async (images: readonly [string, string]): Promise<number> => {
          const [shown, asked] = images.map(picture);
          const prompt = {
            shots: [{ image: shown ?? '', text: 'Output:a dog' }],
            query: { image: asked ?? '', text: 'Output:' },
          };
          return (await engine.score(prompt, ['xyz'], { normalise: 'none' }))[0]?.score ?? Number.NaN;
        };
        const expected = await score(['dog.jpg', 'cat.png']);
        for (const other of [
          ['apple.webp', 'cat.png'],
          ['dog.jpg', 'apple.webp'],
        ] as const)
          assert.ok(Math.abs((await score(other)) - expected) > 10 * TOLERANCE, other.join());
      });

      it('keeps what it computed of a picture, and gives it out', async () => {
        await using fresh = await Engine.open({ directory, verify: false, imageMemory: 2 ** 24, threads: 1 });
        const prompt = { query: { image: picture('dog.jpg'), text: 'Output:' } };
        await fresh.generate([prompt, prompt], { maxNewTokens: 1 });
        assert.deepEqual([fresh.usage().encoded, fresh.usage().images], [1, 1]);
        const [encoded] = await fresh.encodeImages([{ kind: 'image', source: picture('dog.jpg') }]);
        assert.equal(fresh.usage().encoded, 1);
        assert.equal(encoded?.latents.length, (encoded?.shape[0] ?? 0) * (encoded?.shape[1] ?? 0));
      });
    } else {
      it('refuses a picture by its place, in every form of prompt', async () => {
        const image = picture('dog.jpg');
        const shown: readonly (readonly [Prompt, RegExp])[] = [
          [
            { shots: [{ image, text: 'a' }], query: { text: 'b' } },
            /A picture came with example 1 but the model reads text alone/,
          ],
          [{ query: { image, text: 'b' } }, /A picture came with the query/],
          [{ turns: [{ speaker: 'user', image, text: 'b' }] }, /A picture came with turn 1/],
          [{ text: 'b', media: [image] }, /A picture came with the prompt/],
        ];
        for (const [prompt, sentence] of shown) {
          await assert.rejects(engine.generate([prompt], {}), oneSentence(sentence));
        }
        await assert.rejects(engine.encodeImages([{ kind: 'image', source: image }]), UserError);
      });
    }

    it('is loaded, evaluated, inspected and given other weights as any model', async () => {
      const work = workPerStep(engine.manifest);
      assert.equal(work.length, hasPictures ? 4 : 3);
      for (const { step, multiplyAdds } of work) assert.ok(multiplyAdds > 0, step);

      const [prompt] = Object.values(prompts);
      assert.ok(prompt);
      const ask = async () => {
        await using model = await loadFlamingo(directory, { threads: 1 });
        const pictures = hasPictures ? [picture('dog.jpg')] : [];
        const { outcomes, failures } = await evaluate(model, [
          {
            ...{ id: '1', kind: 'name', line: 1, shots: [{ images: pictures, text: 'Output: a' }] },
            ...{ query: { images: pictures, text: 'Output:' }, choices: ['a', 'b'], answers: ['b'] },
          },
        ]);
        assert.deepEqual([outcomes.length, failures], [1, []]);
        return (await model.score(prompt, ['xyz'], { normalise: 'none' }))[0]?.score ?? Number.NaN;
      };
      const before = await ask();
      const other = join(folder, 'other.safetensors');
      await writeLivelyWeights(other, program, 4);
      await relink(directory, engine.manifest, { weights: [other], copyWeights: true });
      const after = await ask();
      assert.ok(Math.abs(after - before) > 10 * TOLERANCE);
    });
  });
}
