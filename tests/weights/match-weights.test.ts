import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import type { WeightFile } from '../../artifact/weights/weight-file.ts';
import { type MatchOptions, matchWeights } from '../../compiler/weights/match/match-weights.ts';
import { openWeights } from '../../compiler/weights/read/open-weights.ts';
import { weightValues } from '../../compiler/weights/store/weight-values.ts';
import { embedding, input, nameParameters, parameter } from '../../dsl/index.ts';
import type { CheckpointName } from '../../dsl/program/program.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { assertClose } from '../models/close.ts';
import { withGraph } from '../support/run-program.ts';

describe('matching weights', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'match-'));
  });
  after(() => rm(folder, { recursive: true }));

  let files = 0;
  /** A weight file whose tensors count up from `start`, each with its own shape. */
  async function fileOf(shapes: Readonly<Record<string, readonly number[]>>, start = 0): Promise<WeightFile> {
    const path = join(folder, `${files++}.safetensors`);
    await writeSafetensors(
      path,
      Object.entries(shapes).map(([name, shape]) => ({
        name,
        dtype: 'float32',
        shape,
        data: Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, index) => start + index),
      })),
    );
    return openWeights(path);
  }
  const refuses = (match: () => unknown, sentence: RegExp) =>
    assert.throws(match, (error: unknown) => {
      assert.ok(error instanceof UserError, String(error));
      assert.match(error.message, sentence);
      return true;
    });

  it('says what joins an adapter to the model that it was trained beside, unless the model has such weights', async () => {
    for (const name of [
      'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight',
      'lang_encoder.model.layers.0.self_attn.q_proj.lora_B.default.weight',
    ]) {
      const file = await fileOf({ scale: [2], [name]: [2, 3] });
      const scale = { ...nameParameters({ scale: parameter([2]) }), checkpointNames: [] };
      refuses(
        () => matchWeights(scale, [file]),
        /lora_[AB].*a factor of a LoRA adapter.*merge_and_unload\(\)/,
      );
    }
    const own = { ...nameParameters({ attention: { lora_A: parameter([2, 3]) } }), checkpointNames: [] };
    const { sources } = matchWeights(own, [await fileOf({ 'attention.lora_A': [2, 3] })]);
    assert.deepEqual([...sources.keys()], ['attention.lora_A']);
  });

  it("gives open_clip's CLIP the features that open_clip gives, from its packed attention", async () => {
    const vit = clipVit({ image: 21, patch: 7, dim: 12, layers: 2, heads: 3, activation: 'quick-gelu' });
    const weights = { ...nameParameters({ vision: vit.parts }), checkpointNames: vit.checkpointNames };
    const file = await openWeights('tests/references/checkpoints/open-clip.pt');
    const { notes } = matchWeights(weights, [file]);
    assert.match(notes.join('\n'), /CLIP's text tower/);
    const reference = await openSafetensors('tests/references/checkpoints/open-clip.output.safetensors');
    const pixels = input('pixels', 'float32', ['images', 3, 21, 21]);
    const graph = { name: 'vision', inputs: { pixels }, outputs: { tokens: vit.encode(pixels) } };
    await withGraph(graph, weights, [file], {}, async (run) => {
      const data = await reference.readFloat32('pixels');
      const { tokens } = await run({ pixels: new onnxruntime.Tensor('float32', data, [2, 3, 21, 21]) });
      assert.ok(tokens?.data instanceof Float32Array);
      assertClose(tokens.data, await reference.readFloat32('tokens'));
    });
  });

  const table = (rows: number) => ({
    ...nameParameters({ language: { embed: embedding(rows, 3) } }),
    checkpointNames: [{ ours: 'language.*', theirs: 'model.*' }] satisfies CheckpointName[],
  });

  it('takes the last of several files that hold a weight, and one that fits before one that does not', async () => {
    const base = await fileOf({ 'model.embed.weight': [4, 3] });
    const tuned = await fileOf({ 'model.embed.weight': [4, 3] }, 100);
    const grown = await fileOf({ 'model.embed.weight': [6, 3] }, 200);
    const chosen = (rows: number, ...list: WeightFile[]) =>
      matchWeights(table(rows), list, { vocabulary: rows }).sources.get('language.embed.weight')?.file;
    assert.equal(chosen(4, base, tuned), tuned);
    assert.equal(chosen(4, tuned, base), base);
    assert.equal(chosen(6, base, grown), grown);
    assert.equal(chosen(6, grown, base), grown);
  });

  it('takes the first rows of embeddings that were rounded up, and draws those that were never trained', async () => {
    const file = await fileOf({ 'model.embed.weight': [4, 3] });
    const values = async (rows: number, options: MatchOptions) => {
      const program = table(rows);
      const { sources, notes } = matchWeights(program, [file], options);
      const [[name, info] = []] = [...program.parameters];
      assert.ok(name !== undefined && info !== undefined);
      return { values: await weightValues(info, sources.get(name), 5), notes };
    };
    const cut = await values(2, { vocabulary: 2 });
    assert.deepEqual(cut.values, Float32Array.of(0, 1, 2, 3, 4, 5));
    assert.match(cut.notes[0] ?? '', /has 4 rows for the model's 2 tokens; the first are taken/);

    refuses(
      () => matchWeights(table(5), [file], { vocabulary: 5 }),
      /the model has \[5, 3\], the file \[4, 3\] \(tokens were added to the model: give the checkpoint/,
    );
    const drawn = await values(5, { vocabulary: 5, seedMissing: true });
    assert.deepEqual(drawn.values.subarray(0, 12), await file.readFloat32('model.embed.weight'));
    assert.ok(drawn.values.subarray(12).every((value) => value !== 0 && Math.abs(value) < 10));
    // Not the vocabulary: a longer tensor is another one.
    refuses(() => matchWeights(table(2), [file], {}), /of another shape/);
  });

  it('refuses whole numbers where a weight should be: they are steps of a quantisation', async () => {
    const path = join(folder, 'whole-numbers.safetensors');
    await writeSafetensors(path, [{ name: 'table', dtype: 'int8', shape: [2], data: new Int8Array([1, 2]) }]);
    const table = {
      ...nameParameters({ table: parameter([2], { kind: 'constant', value: 0 }) }),
      checkpointNames: [],
    };
    const file = await openWeights(path);
    refuses(() => matchWeights(table, [file]), /1 of whole numbers:\s+table: int8, as quantised weights are/);
  });

  it('accounts for packed parts, and refuses one whose parts are not equal', async () => {
    const program = {
      ...nameParameters({ q: parameter([2, 3]), k: parameter([2, 3]) }),
      checkpointNames: ['q', 'k'].map((ours, index) => ({ ours, theirs: 'packed', part: { index, of: 2 } })),
    };
    const { sources } = matchWeights(program, [await fileOf({ packed: [4, 3] })]);
    const k = program.parameters.get('k');
    assert.ok(k);
    assert.deepEqual(await weightValues(k, sources.get('k'), 0), Float32Array.of(6, 7, 8, 9, 10, 11));
    const odd = await fileOf({ packed: [5, 3] });
    refuses(() => matchWeights(program, [odd]), /packed: the model has \[4, 3\], the file \[5, 3\]/);
  });

  it('ends when rules could go on for ever', async () => {
    const program = {
      ...nameParameters({ a: parameter([1]) }),
      checkpointNames: [
        { ours: '*', theirs: 'more.*' },
        { ours: 'more.*', theirs: '*' },
        { ours: '*', theirs: 'and.*' },
      ],
    };
    assert.ok(matchWeights(program, [await fileOf({ 'and.more.a': [1] })]).sources.has('a'));
  });

  it('names the nearest of hundreds, in a second', async () => {
    const layers = Array.from({ length: 300 }, (_, index) => index);
    const program = {
      ...nameParameters({ layers: layers.map(() => ({ weight: parameter([1]), bias: parameter([1]) })) }),
      checkpointNames: [],
    };
    const file = await fileOf(
      Object.fromEntries(
        layers.flatMap((index) => [
          [`layers.${index}.weights`, [1]],
          [`layers.${index}.biases`, [1]],
        ]),
      ),
    );
    refuses(
      () => matchWeights(program, [file]),
      /600 missing:\n {4}layers\.0\.weight \(nearest: layers\.0\.weights\)[\s\S]*600 unexpected:[\s\S]*layers\.7\.biases \(nearest: layers\.7\.bias\)/,
    );
  });
});
