import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import type { PromptProgram } from '../../dsl/program/program.ts';
import { clipVit, flamingo, gpt2, maskedCrossAttention, type SeenPictures } from '../../models/index.ts';
import { picturesSeen } from '../../runtime/media/masked-cross-attention.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { assertClose } from '../models/close.ts';
import { PROMPTS } from '../runtime/compiled-model.ts';
import { compileLively } from './small-models.ts';

const IMAGE = 7;
const END = 3;
const MODES = ['last', 'last-in-a-row', 'all-previous'] as const;
const tokens = fc.array(fc.oneof(fc.constant(IMAGE), fc.integer({ min: 0, max: 6 })), { maxLength: 14 });

describe('which pictures a token sees', () => {
  it('is what the words say, for any text', () => {
    fc.assert(
      fc.property(tokens, fc.boolean(), (text, ends) => {
        const special = { image: IMAGE, ...(ends && { endOfDocument: END }) };
        const seen = MODES.map((mode) => picturesSeen(text, special, mode));
        for (const place of text.keys()) {
          const before = text.slice(0, place + 1);
          // Pictures after the last end of document before this token.
          const end = ends ? before.slice(0, -1).lastIndexOf(END) : -1;
          const all = before
            .flatMap((token, at) => (token === IMAGE ? [at] : []))
            .map((at, index) => ({ at, index }))
            .filter(({ at }) => at > end);
          const [last, inARow, previous] = seen.map((mode) => mode[place]);
          assert.deepEqual(
            previous,
            all.map(({ index }) => index),
          );
          assert.deepEqual(
            last,
            all.slice(-1).map(({ index }) => index),
          );
          const row = all.filter(({ at }) =>
            before.slice(at, all.at(-1)?.at).every((token) => token === IMAGE),
          );
          assert.deepEqual(
            inARow,
            row.map(({ index }) => index),
          );
        }
      }),
    );
  });
});

describe('the same weights under other masks', () => {
  const engines = new Map<string, Engine>();
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'masks-'));
    const make = (name: string, sees?: SeenPictures): PromptProgram =>
      flamingo({
        name,
        vision: clipVit({ image: 28, patch: 14, dim: 32, layers: 1, heads: 4 }),
        resampler: { depth: 1, heads: 2, headDim: 16, latents: 4 },
        language: gpt2({ dim: 32, layers: 2, heads: 4, vocabulary: 261, contextLength: 256 }),
        crossAttention: { every: 1 },
        ...(sees && { media: maskedCrossAttention({ sees }) }),
      });
    const programs = [make('packed'), ...MODES.map((sees) => make(sees, sees))];
    for (const program of programs) {
      const directory = await compileLively(folder, program);
      const options = { directory, verify: false, imageMemory: 2 ** 24, threads: 1 };
      engines.set(program.name, await Engine.open(options));
    }
  });
  after(async () => {
    for (const engine of engines.values()) await engine.close();
    await rm(folder, { recursive: true, force: true });
  });

  const predictions = async (name: string, prompt: string): Promise<readonly number[]> => {
    const asked = PROMPTS[prompt];
    assert.ok(asked);
    const found = await engines.get(name)?.predictions(asked);
    assert.ok(found);
    return found.flatMap((row) => [...row]);
  };
  const largest = (a: readonly number[], b: readonly number[]) =>
    Math.max(...a.map((value, index) => Math.abs(value - (b[index] ?? Number.NaN))));

  it('give what packing gives where a token sees the last picture', async () => {
    for (const prompt of Object.keys(PROMPTS)) {
      if (prompt === 'a video') continue;
      assertClose(await predictions('last', prompt), await predictions('packed', prompt));
    }
  });

  it('differ exactly where a token sees several pictures', async () => {
    const several: Readonly<Record<string, readonly SeenPictures[]>> = {
      'two examples': ['all-previous'],
      'no example': [],
      'text before the first picture': [],
      'pictures in a row': ['last-in-a-row', 'all-previous'],
      'no picture': [],
    };
    for (const [prompt, others] of Object.entries(several)) {
      const expected = await predictions('packed', prompt);
      for (const mode of MODES) {
        const difference = largest(await predictions(mode, prompt), expected);
        assert.ok(
          others.includes(mode) ? difference > 0.01 : difference < 1e-3,
          `${prompt}, ${mode}: ${difference}`,
        );
      }
    }
  });
});
