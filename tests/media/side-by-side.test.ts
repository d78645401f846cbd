import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReadText } from '../../runtime/generate/read-text.ts';
import type { EncodedMedia } from '../../runtime/media/encoded-media.ts';
import type { Prompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { picture } from '../runtime/compiled-model.ts';
import { compileLively, SMALL_MODELS } from './small-models.ts';

/**
 * Float32 sums in another order differ in the last digits, on which processors differ too: with AVX2 alone the model whose features
 * come from a perceptron, and are large, has 3e-5 here, and its fused graph 8e-5 to its plain one.
 */
const TOLERANCE = 1e-4;

/** New tokens of each of three rows, step by step. */
const STEPS = [
  [[40, 41, 42], [50], [60, 61]],
  [[70], [71], [72]],
  [[80], [81], [82]],
];

const BRANCHES = [[[90, 91], [92]], [[93]], [[94, 95, 96]]];

/** What follows each step of rows, and branches behind them. */
async function readOn({ language }: Engine, text: ReadText, rows: readonly number[]): Promise<number[][]> {
  const found: number[][] = [];
  for (const step of STEPS) {
    const next = await language.continue(
      text,
      rows.map((row) => step[row] ?? []),
    );
    found.push(...next.map((each) => [...each]));
  }
  const branches = await language.branch(
    text,
    rows.map((row) => BRANCHES[row] ?? []),
  );
  found.push(...branches.flat(2).map((each) => [...each.logProbabilities()]));
  return found;
}

function assertClose(actual: readonly number[][], expected: readonly number[][]): void {
  assert.equal(actual.length, expected.length);
  for (const [index, row] of expected.entries())
    for (const [token, value] of row.entries())
      assert.ok(
        Math.abs((actual[index]?.[token] ?? Number.NaN) - value) <= TOLERANCE * Math.max(1, Math.abs(value)),
      );
}

describe('rows side by side', () => {
  const PROMPT: Prompt = {
    shots: [
      { image: picture('dog.jpg'), text: 'Output:a dog' },
      { image: picture('cat.png'), text: 'Output:a cat' },
    ],
    query: { image: picture('bicycle.png'), text: 'Output:' },
  };
  const TEXT: Prompt = {
    shots: [{ text: 'two and two: four' }, { text: 'one: one' }],
    query: { text: 'ten: ' },
  };

  for (const [name, make] of Object.entries(SMALL_MODELS)) {
    it(`are what each is alone (${name})`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'beside-'));
      try {
        const program = make();
        const directory = await compileLively(folder, program);
        await using engine = await Engine.open({
          directory,
          verify: false,
          imageMemory: 2 ** 24,
          threads: 1,
        });
        const prompt = await engine.prepare(program.facts.image === undefined ? TEXT : PROMPT, 30);
        const read = async () => (await engine.language.prefill([prompt], 30)).text;
        const text = await read();
        await text.select([0, 0, 0]);
        // A state of a recurrence is a row's own.
        const mayShare = program.facts.language.states === undefined;
        assert.equal(text.cache.sideBySide ?? false, mayShare);
        const beside = await readOn(engine, text, [0, 1, 2]);
        assert.equal(text.cache.sideBySide ?? false, mayShare);
        text.release();
        const alone: number[][][] = [];
        for (const row of [0, 1, 2]) {
          const one = await read();
          alone.push(await readOn(engine, one, [row]));
          one.release();
        }
        const steps = STEPS.flatMap((_, step) => alone.map((each) => each[step] ?? []));
        assertClose(beside, [...steps, ...alone.flatMap((each) => each.slice(STEPS.length))]);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    });
  }

  it('are not, in an artifact that does not say that they may be', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'apart-'));
    try {
      const options = { verify: false, imageMemory: 2 ** 24, threads: 1 };
      const program = SMALL_MODELS.packed?.();
      assert.ok(program);
      const directory = await compileLively(folder, program);
      const before = join(folder, 'before');
      await cp(directory, before, { recursive: true });
      const manifest = JSON.parse(await readFile(join(before, 'manifest.json'), 'utf8'));
      assert.equal(manifest.language.sideBySide, true);
      delete manifest.language.sideBySide;
      await writeFile(join(before, 'manifest.json'), JSON.stringify(manifest));
      const found: number[][][] = [];
      for (const each of [directory, before]) {
        await using engine = await Engine.open({ ...options, directory: each });
        const { text } = await engine.language.prefill([await engine.prepare(PROMPT, 30)], 30);
        await text.select([0, 0, 0]);
        assert.equal(text.cache.sideBySide ?? false, each === directory);
        found.push(await readOn(engine, text, [0, 1, 2]));
        text.release();
      }
      assertClose(found[0] ?? [], found[1] ?? []);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('go on when one of them is no number any more', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'spoilt-'));
    try {
      const program = SMALL_MODELS.packed?.();
      assert.ok(program);
      const directory = await compileLively(folder, program);
      await using engine = await Engine.open({ directory, verify: false, imageMemory: 2 ** 24, threads: 1 });
      const asked = async (name: string) =>
        engine.prepare({ ...PROMPT, query: { image: picture(name), text: 'Output:' } }, 0);
      const [one, spoilt, other] = [
        await asked('bicycle.png'),
        await asked('dog.jpg'),
        await asked('cat.png'),
      ];
      const prompts = [
        one,
        { ...spoilt, media: [...spoilt.media.slice(0, -1), ofNothing(spoilt.media.at(-1))] },
        other,
      ];
      const whole = await engine.language.prefill([one], 0);
      const length = one.tokens.lastIndexOf(engine.tokenizer.special.image ?? -1);
      const parts = [{ stored: await whole.text.cache.copy(0, 0, length), count: length }];
      whole.text.release();
      const text = engine.language.beginText(
        prompts.map(({ tokens }) => ({
          prefix: { length, parts, pictures: undefined },
          ...{ prompt: tokens.length, most: tokens.length },
        })),
      );
      assert.equal(text.cache.sideBySide, true);
      const next = await engine.language.readPieces(
        text,
        prompts,
        prompts.map(({ tokens }) => tokens.length),
      );
      text.release();
      assert.deepEqual(
        next.map((each) => each.isOfNumbers),
        [true, false, true],
      );
      for (const [row, prompt] of [one, undefined, other].entries()) {
        if (prompt === undefined) continue;
        const alone = await engine.language.prefill([prompt], 0);
        alone.text.release();
        assertClose([[...(next[row]?.logProbabilities() ?? [])]], [[...(alone.next[0] ?? [])]]);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

/** A picture that is no numbers. */
function ofNothing(picture: EncodedMedia | undefined): EncodedMedia {
  return Object.fromEntries(
    Object.entries(picture ?? {}).map(([name, { data, shape }]) => [
      name,
      { data: new Float32Array(data.length).fill(Number.NaN), shape },
    ]),
  );
}
