import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TensorToWrite, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { matchWeights } from '../../compiler/weights/match/match-weights.ts';
import { compareCopies } from '../../compiler/weights/match/weight-copies.ts';
import { openWeights } from '../../compiler/weights/read/open-weights.ts';
import { embedding, nameParameters } from '../../dsl/index.ts';
import type { CheckpointName } from '../../dsl/program/program.ts';
import { oneSentence } from '../support/one-sentence.ts';

describe('copies of a weight under another name', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'copies-'));
  });
  after(() => rm(folder, { recursive: true }));

  const names: readonly CheckpointName[] = [
    { ours: 'language.*', theirs: 'model.*' },
    { ours: 'language.embed.weight', theirs: 'lm_head.weight' },
  ];
  /** What is said of a file, beside a table of so many rows and columns. */
  const notesOf = async (tensors: readonly TensorToWrite[], [rows, columns]: readonly [number, number]) => {
    const path = join(folder, 'model.safetensors');
    await writeSafetensors(path, tensors);
    const program = {
      ...nameParameters({ language: { embed: embedding(rows, columns) } }),
      checkpointNames: names,
    };
    const { sources, copies, notes } = matchWeights(program, [await openWeights(path)]);
    return {
      source: sources.get('language.embed.weight')?.name,
      notes: [...notes, ...(await compareCopies(copies))],
    };
  };
  const table = (name: string, [rows, columns]: readonly [number, number], other?: number) => ({
    name,
    dtype: 'float32' as const,
    shape: [rows, columns],
    data: Float32Array.from({ length: rows * columns }, (_, index) => (index === other ? -1 : index % 1000)),
  });
  const refuses = (work: Promise<unknown>, sentence: RegExp) => assert.rejects(work, oneSentence(sentence));

  it('leaves one aside that is equal, and says so', async () => {
    const { source, notes } = await notesOf(
      [table('model.embed.weight', [4, 3]), table('lm_head.weight', [4, 3])],
      [4, 3],
    );
    assert.equal(source, 'model.embed.weight');
    assert.match(notes.join('\n'), /model\.safetensors: lm_head\.weight left aside: a copy of a weight/);
  });

  it('is the weight itself where the file has no other', async () => {
    assert.deepEqual(await notesOf([table('lm_head.weight', [4, 3])], [4, 3]), {
      source: 'lm_head.weight',
      notes: [],
    });
  });

  it('equals the weight in another precision if it holds the same numbers', async () => {
    const half = {
      ...table('lm_head.weight', [2, 2]),
      dtype: 'float16' as const,
      data: Uint16Array.of(0, 0x3c00, 0x4000, 0x4200),
    };
    const { notes } = await notesOf([table('model.embed.weight', [2, 2]), half], [2, 2]);
    assert.equal(notes.length, 1);
  });

  it('is refused where any of its values differs, or its shape does', async () => {
    for (const other of [0, 5, 11]) {
      await refuses(
        notesOf([table('model.embed.weight', [4, 3]), table('lm_head.weight', [4, 3], other)], [4, 3]),
        /model\.safetensors: lm_head\.weight is read as another name of model\.embed\.weight, but their values differ; .*tie_word_embeddings/,
      );
    }
    await refuses(
      notesOf([table('model.embed.weight', [4, 3]), table('lm_head.weight', [5, 3])], [4, 3]),
      /their values differ/,
    );
  });

  it('is compared in parts of it where it is large: a head of its own differs in all of them', async () => {
    const size = [1600, 700] as const;
    const embed = table('model.embed.weight', size);
    const { notes } = await notesOf([embed, table('lm_head.weight', size)], size);
    assert.equal(notes.length, 1);
    const own = { ...table('lm_head.weight', size), data: embed.data.map((value) => value + 1) };
    await refuses(notesOf([embed, own], size), /their values differ/);
    // the first row and the last are always among them
    for (const other of [3, 1600 * 700 - 1])
      await refuses(notesOf([embed, table('lm_head.weight', size, other)], size), /their values differ/);
  });
});
