import assert from 'node:assert/strict';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import { KEPT_WEIGHTS } from '../../artifact/training-plan.ts';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors, writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { crossEntropy, embedding, frozen, linear, recipe, task } from '../../models/index.ts';
import { loadImage } from '../../runtime/images/load-image.ts';
import { Checkpoints } from '../../runtime/training/checkpoints.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { fitRecipe, fitTask, runRecipe, smallNetwork } from './run-recipe.ts';

async function weightsOf(path: string): Promise<Readonly<Record<string, readonly number[]>>> {
  const file = await openSafetensors(path);
  const entries = file.names.map(async (name) => [name, [...(await file.readFloat32(name))]] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function largestDifference(
  one: Readonly<Record<string, readonly number[]>>,
  other: Readonly<Record<string, readonly number[]>>,
): number {
  assert.deepEqual(Object.keys(one), Object.keys(other));
  return Math.max(
    ...Object.entries(one).flatMap(([name, values]) =>
      values.map((value, index) => Math.abs(value - (other[name]?.[index] ?? Number.NaN))),
    ),
  );
}

describe('train', () => {
  let folder: AuthorFolder;
  let count = 0;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());
  const fresh = () => join(folder.path, `run-${count++}`);

  it('goes on from a checkpoint to the same weights, bit for bit, and the same figures', async () => {
    const [whole, broken] = [fresh(), fresh()];
    const schedule = { kind: 'cosine', warmUp: 4 } as const;
    const unbroken = await runRecipe(fitRecipe({ schedule }), whole);
    for (const stopAfter of [1, 7, 20]) {
      const { step } = await runRecipe(fitRecipe({ schedule }), broken, { stopAfter, checkpointEvery: 3 });
      assert.equal(step, stopAfter);
    }
    assert.deepEqual(
      await readFile(join(broken, 'weights.safetensors')),
      await readFile(join(whole, 'weights.safetensors')),
    );
    const losses = async (out: string) =>
      (await readFile(join(out, 'metrics.jsonl'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
        .map(({ step, loss, learningRate, metrics }) => [step, loss, learningRate, metrics]);
    assert.deepEqual(await losses(broken), await losses(whole));
    assert.equal((await losses(whole)).length, 20);
    assert.ok(unbroken.loss !== null && Number.isFinite(unbroken.loss));
    assert.deepEqual(await new Checkpoints(join(broken, 'checkpoints')).steps(), [15, 18, 20]);
  });

  it('sums gradients over tasks by weight: two halves are one big batch', async () => {
    const make = (split: boolean) => {
      const network = smallNetwork();
      const half = { network, rows: 4, weight: 0.5 };
      const tasks = split
        ? [fitTask({ ...half, name: 'first' }), fitTask({ ...half, name: 'second', from: 4 })]
        : [fitTask({ network, rows: 8 })];
      return fitRecipe({ parts: network.parts, tasks, steps: 10 });
    };
    const [one, two] = [await runRecipe(make(false), fresh()), await runRecipe(make(true), fresh())];
    const difference = largestDifference(await weightsOf(one.weights), await weightsOf(two.weights));
    assert.ok(difference < 1e-5, String(difference));
    assert.ok(Math.abs((one.loss ?? 0) - (two.loss ?? 1)) < 1e-5);
  });

  it('stops at a loss that is not finite, with the step, the learning rate and the last good checkpoint', async () => {
    const network = smallNetwork();
    const spoil = (y: Float32Array, step: number) => void (step === 12 && y.fill(Number.NaN));
    const spoiled = fitRecipe({ parts: network.parts, tasks: [fitTask({ network, spoil })] });
    const out = fresh();
    await assert.rejects(runRecipe(spoiled, out, { checkpointEvery: 5 }), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /^The loss is NaN at step 13 with learning rate 0\.01; .*step-00000010\.safetensors/,
      );
      return true;
    });
    const network2 = smallNetwork();
    const mended = fitRecipe({ parts: network2.parts, tasks: [fitTask({ network: network2 })] });
    const { made, step } = await runRecipe(mended, out);
    assert.deepEqual([made, step], [10, 20]);
  });

  it('does not touch what is frozen', async () => {
    const network = smallNetwork();
    const parts = { first: frozen(network.parts.first), second: network.parts.second };
    const half = recipe({
      ...{ name: 'half', steps: 5, parts, tasks: [fitTask({ network })] },
      optimizer: { learningRate: 0.1, weightDecay: 0.5 },
    });
    const begun = await weightsOf((await runRecipe(half, fresh(), { stopAfter: 0 })).weights);
    const result = await runRecipe(half, fresh());
    const ended = await weightsOf(result.weights);
    assert.match(result.frozen ?? '', /^[0-9a-f]{64}$/);
    assert.deepEqual(ended['first.weight'], begun['first.weight']);
    assert.deepEqual(ended['first.bias'], begun['first.bias']);
    assert.notDeepEqual(ended['second.weight'], begun['second.weight']);
  });

  it('begins with the weights of an earlier stage, under other names', async () => {
    const { weights } = await runRecipe(fitRecipe(), fresh());
    const network = smallNetwork();
    const parts = { net: network.parts };
    const tasks = [fitTask({ network })];
    const names = [{ ours: 'net.*', theirs: '*' }];
    const { weights: begun } = await runRecipe(
      fitRecipe({ parts, tasks, initialFrom: [{ file: weights, names }] }),
      fresh(),
      { stopAfter: 0 },
    );
    assert.deepEqual(
      (await weightsOf(begun))['net.first.weight'],
      (await weightsOf(weights))['first.weight'],
    );
    const wrong: readonly (readonly [string, readonly { ours: string; theirs: string }[], RegExp])[] = [
      [
        weights,
        [{ ours: 'net.*', theirs: 'other.*' }],
        /does not have 4 of the 4 tensors .* as 'net\.\*'.*(\n {4}other\..* is missing){4}$/,
      ],
      [weights, [{ ours: 'ent.*', theirs: '*' }], /takes 'ent\.\*' .* none of its 4 parameters is called so/],
      [
        weights,
        [{ ours: 'net.first.*', theirs: 'second.*' }],
        /second\.weight is \[1, 8\], but 'net\.first\.weight' is \[8, 2\]\n {4}second\.bias is/,
      ],
      ['none.safetensors', names, /none\.safetensors, which does not exist; train the stage before it first/],
    ];
    for (const [file, renamed, message] of wrong) {
      await assert.rejects(
        runRecipe(fitRecipe({ parts, tasks, initialFrom: [{ file, names: renamed }] }), fresh()),
        (error) => error instanceof UserError && message.test(error.message),
        String(message),
      );
    }
  });

  it('evaluates on held-out batches and keeps the best weights', async () => {
    const network = smallNetwork();
    const held = fitTask({ network, name: 'held-out', from: 100 });
    const out = fresh();
    const evaluated = fitRecipe({
      ...{ parts: network.parts, tasks: [fitTask({ network })] },
      evaluation: { every: 6, batches: 3, tasks: [held] },
    });
    const { best } = await runRecipe(evaluated, out);
    const lines = (await readFile(join(out, 'metrics.jsonl'), 'utf8')).trim().split('\n');
    const evaluations = lines.map((line) => JSON.parse(line)).filter(({ kind }) => kind === 'evaluation');
    assert.deepEqual(
      evaluations.map(({ step }) => step),
      [6, 12, 18, 20],
    );
    for (const { losses, metrics } of evaluations)
      assert.ok(Math.abs(metrics['held-out/twice'] - 2 * losses['held-out']) < 1e-5);
    const lowest = evaluations.toSorted((one, other) => one.loss - other.loss)[0];
    assert.deepEqual(best, { step: lowest.step, loss: lowest.loss });
    assert.ok((await openSafetensors(join(out, 'best.safetensors'))).has('first.weight'));
  });

  it('finds a mistake in the data of the evaluation before the first step, and calls it by what it is of', async () => {
    const head = linear(2, 3);
    const classes = (name: string, label: (index: number) => unknown) =>
      task({
        name,
        inputs: { x: { dtype: 'float32', shape: [1, 2] }, label: { dtype: 'int64', shape: [1] } },
        loss: ({ x, label }) => crossEntropy(head(x), label),
        data: { batch: (index) => ({ x: Float32Array.of(1, 2), label: label(index) }) as never },
      });
    const refused = async (label: (index: number) => unknown, message: RegExp) => {
      const out = fresh();
      const evaluation = { every: 20, batches: 3, tasks: [classes('held-out', label)] };
      const tasks = [classes('classes', () => BigInt64Array.of(1n))];
      await assert.rejects(
        runRecipe(fitRecipe({ parts: { head }, tasks, evaluation }), out),
        (error) => error instanceof UserError && message.test(error.message) && !error.message.includes('\n'),
        String(message),
      );
      assert.equal(existsSync(join(out, 'metrics.jsonl')), false, 'no step was made');
    };
    const last = (wrong: unknown) => (index: number) => (index === 2 ? wrong : BigInt64Array.of(0n));
    await refused(
      last([0]),
      /^Task 'held-out', batch 2 of the evaluation: input 'label' must be .* a list\.$/,
    );
    await refused(
      last(BigInt64Array.of(7n)),
      /^The graph of batch 2 of the evaluation cannot compute its batch \(.*\): look at its data\.$/,
    );
    await refused(
      last(undefined),
      /^Task 'held-out', batch 2 of the evaluation: input 'label' .* the batch does not have it\.$/,
    );
    await refused(
      (index) => BigInt64Array.of(BigInt(0.5 + index)),
      /^In the data of task 'held-out', batch 0 of the evaluation, the recipe threw RangeError: /,
    );
  });

  it('says at which step a picture of the data cannot be read', async () => {
    const network = smallNetwork();
    const broken = await folder.write('broken.png', 'not a picture');
    const image: ImagePreprocessing = {
      ...{ size: 4, resize: 'stretch', interpolation: 'bicubic', maxFrames: 1 },
      ...{ mean: [0, 0, 0], std: [1, 1, 1] },
    };
    const reading = fitTask({ network });
    const pictures = {
      ...reading,
      data: {
        async batch(step: number, seed: number) {
          if (step === 2) await loadImage(broken, image);
          return reading.data.batch(step, seed);
        },
      },
    };
    await assert.rejects(
      runRecipe(fitRecipe({ parts: network.parts, tasks: [pictures] }), fresh()),
      (error) =>
        error instanceof UserError &&
        error.message.startsWith(`In the data of task 'fit', step 2: '${broken}' is not a picture`),
    );
  });

  it('goes on from a state that another program wrote', async () => {
    const [whole, moved] = [fresh(), fresh()];
    await runRecipe(fitRecipe(), whole, { stopAfter: 6 });
    const file = await openSafetensors(new Checkpoints(join(whole, 'checkpoints')).path(6));
    const tensors = file.names.map((name) => ({ ...file.tensor(name), data: () => file.read(name) }));
    const into = new Checkpoints(join(moved, 'checkpoints'));
    await into.prepare();
    await writeSafetensors(into.path(6), tensors, { step: '6' });
    for (const out of [whole, moved]) assert.equal((await runRecipe(fitRecipe(), out)).made, 14);
    assert.deepEqual(
      await readFile(join(moved, 'weights.safetensors')),
      await readFile(join(whole, 'weights.safetensors')),
    );
  });

  it('refuses rows that a table does not have, classes that a loss does not have, and what is no batch', async () => {
    const parts = { table: embedding(5, 4), head: linear(4, 3) };
    const refused = (batch: (step: number) => unknown, message: RegExp) => {
      const learned = task({
        name: 'classes',
        inputs: { row: { dtype: 'int64', shape: [2] }, label: { dtype: 'int64', shape: [2] } },
        loss: ({ row, label }) => crossEntropy(parts.head(parts.table(row)), label),
        data: { batch: (step) => batch(step) as never },
      });
      return assert.rejects(
        runRecipe(fitRecipe({ parts, tasks: [learned] }), fresh()),
        (error) => error instanceof UserError && message.test(error.message) && !error.message.includes('\n'),
        String(message),
      );
    };
    const pair = (a: bigint, b: bigint) => BigInt64Array.of(a, b);
    const label = pair(0n, 2n);
    const table = 'looked up in has 5 rows, from 0 on';
    await refused(
      () => ({ row: pair(0n, 5n), label }),
      new RegExp(`^Task 'classes', step 0: input 'row' holds 5 at element 1, .* ${table}\\.$`),
    );
    await refused(
      (step) => ({ row: pair(-BigInt(step), 4n), label }),
      /^Task 'classes', step 1: input 'row' holds -1 at element 0, /,
    );
    await refused(
      () => ({ row: label, label: pair(0n, 3n) }),
      /^The graph of step 0 cannot compute its batch \(.*\): look at its data\.$/,
    );
    await refused(
      () => ({ row: label, label, lable: label }),
      /the batch has 'lable', which is no input of the task; its inputs are row, label\.$/,
    );
    const wanted = "^Task 'classes', step 0: input 'row' must be int64 \\[2\\] as a BigInt64Array, but it is";
    await refused(() => ({ row: [0, 1], label }), new RegExp(`${wanted} a list\\.$`));
    await refused(() => ({ row: null, label }), new RegExp(`${wanted} null\\.$`));
    await refused(() => ({ row: Float32Array.of(0, 1), label }), new RegExp(`${wanted} a Float32Array\\.$`));
    await refused(
      () => ({ row: { data: label, shape: '2' }, label }),
      /'row' must have a shape of whole numbers, but it is the text '2'\.$/,
    );
    await refused(() => null, /the data must give an object of arrays .*, but it gives null\.$/);
    await refused(() => undefined, /, but it gives undefined\.$/);
  });

  it('refuses a batch in which nothing counts, and truths other than 0 and 1, with the state as it was', async () => {
    const head = linear(2, 3);
    const counting = (counted: (step: number) => Uint8Array) =>
      task({
        name: 'classes',
        inputs: {
          x: { dtype: 'float32', shape: [2, 2] },
          label: { dtype: 'int64', shape: [2] },
          counted: { dtype: 'bool', shape: [2] },
        },
        loss: ({ x, label, counted }) => crossEntropy(head(x), label, counted),
        data: {
          batch: (step) => ({
            x: Float32Array.of(1, 0, 0, 1),
            label: BigInt64Array.of(0n, 2n),
            counted: counted(step),
          }),
        },
      });
    const all = counting(() => Uint8Array.of(1, 0));
    const refused = async (change: Parameters<typeof fitRecipe>[0], message: RegExp, out = fresh()) =>
      assert.rejects(
        runRecipe(fitRecipe({ parts: { head }, tasks: [all], ...change }), out, { checkpointEvery: 1 }),
        (error) => error instanceof UserError && message.test(error.message) && !error.message.includes('\n'),
        String(message),
      );
    const out = fresh();
    const third = counting((step) => Uint8Array.of(Number(step !== 2), 0));
    await refused({ tasks: [third] }, /^Task 'classes', step 2: nothing in the batch counts, /, out);
    assert.deepEqual((await new Checkpoints(join(out, 'checkpoints')).steps()).at(-1), 2);
    const evaluation = { every: 1, batches: 1, tasks: [counting(() => Uint8Array.of(0, 0))] };
    await refused({ evaluation }, /^Task 'classes', batch 0 of the evaluation: nothing in the batch counts/);
    const seven = counting(() => Uint8Array.of(1, 7));
    await refused({ tasks: [seven] }, /'counted' holds 7 at element 1, but a bool must be 0 or 1\.$/);
  });

  it('keeps the figures of a run where they cannot be read or written, and says so', async () => {
    const out = fresh();
    await runRecipe(fitRecipe(), out, { stopAfter: 2 });
    const log = join(out, 'metrics.jsonl');
    await rename(log, join(out, 'figures'));
    await mkdir(log);
    await assert.rejects(runRecipe(fitRecipe(), out), (error) => {
      assert.ok(error instanceof UserError);
      return error.message.startsWith(`${log} is not a file`);
    });
    await rmdir(log);
    await rename(join(out, 'figures'), log);
    const picture = join(out, 'loss.svg');
    await rm(picture);
    await mkdir(picture);
    await assert.rejects(runRecipe(fitRecipe(), out, { stopAfter: 4 }), (error) => {
      assert.ok(error instanceof UserError);
      return error.message === `${picture} is a folder, but a file was expected.`;
    });
    assert.equal((await readFile(log, 'utf8')).trim().split('\n').length, 4);
  });

  it('says in one sentence that the frozen weights went away while it ran', async () => {
    const out = fresh();
    const network = smallNetwork();
    const kept = join(out, 'graphs', KEPT_WEIGHTS);
    const parts = { first: frozen(network.parts.first), second: network.parts.second };
    const goes = fitTask({ network, spoil: (_y, step) => void (step === 19 && rmSync(kept)) });
    await assert.rejects(
      runRecipe(fitRecipe({ parts, tasks: [goes] }), out),
      (error) => error instanceof UserError && error.message.includes(kept) && !error.message.includes('\n'),
    );
  });

  it('refuses another recipe, a damaged checkpoint and a batch that does not fit, in one sentence', async () => {
    const out = fresh();
    await runRecipe(fitRecipe(), out, { stopAfter: 4 });
    const refused = (change: Parameters<typeof fitRecipe>[0], message: RegExp) =>
      assert.rejects(
        runRecipe(fitRecipe(change), out),
        (error) => error instanceof UserError && message.test(error.message) && !error.message.includes('\n'),
        String(message),
      );
    await refused(
      { optimizer: { learningRate: 0.02 } },
      /^The recipe's optimizer changed since .*step-00000004/,
    );
    await refused({ seed: 3 }, /^The recipe's seed changed/);
    await refused({ schedule: { kind: 'cosine' } }, /^The recipe's schedule changed/);
    const network = smallNetwork();
    const frozenFirst = { first: frozen(network.parts.first), second: network.parts.second };
    await refused(
      { parts: frozenFirst, tasks: [fitTask({ network })] },
      /model or loss and frozen weights changed/,
    );
    const more = await runRecipe(fitRecipe({ steps: 30 }), out, { stopAfter: 6 });
    assert.equal(more.step, 6, 'a constant rate does not depend on the number of steps');

    const last = new Checkpoints(join(out, 'checkpoints')).path(6);
    const bytes = await readFile(last);
    const file = await open(last, 'r+');
    await file.write(Buffer.of((bytes.at(-1) ?? 0) ^ 1), 0, 1, bytes.length - 1);
    await file.close();
    await refused({}, /step-00000006\.safetensors is damaged: .* delete it to resume/);
    await writeFile(last, bytes.subarray(0, bytes.length - 10));
    await refused(
      {},
      /step-00000006\.safetensors is not a valid safetensors file.*; delete it to resume from/,
    );
    await writeFile(last, bytes);
    await rename(last, new Checkpoints(join(out, 'checkpoints')).path(9));
    await refused({}, /step-00000009\.safetensors should have been written after 9 steps, but it says 6; /);

    const throwing = (inPrepare: boolean) => ({
      ...fitTask({ network }),
      data: {
        prepare: () => void (inPrepare && JSON.parse('{')),
        batch: () => JSON.parse('[') as never,
      },
    });
    for (const [inPrepare, message] of [
      [true, /^In preparing the data of task 'fit', the recipe threw SyntaxError: .*[^.]\.$/],
      [false, /^In the data of task 'fit', step 0, the recipe threw SyntaxError: .*[^.]\.$/],
    ] as const) {
      await assert.rejects(
        runRecipe(fitRecipe({ parts: network.parts, tasks: [throwing(inPrepare)] }), fresh()),
        (error) => error instanceof UserError && message.test(error.message),
      );
    }

    const short = { ...fitTask({ network }), data: { batch: () => ({ x: new Float32Array(16) }) } };
    const badBatch = fitRecipe({ parts: network.parts, tasks: [short] });
    await assert.rejects(
      runRecipe(badBatch, fresh()),
      /Task 'fit', step 0: input 'y' must be float32 \[8, 1\], but the batch does not have it/,
    );
  });
});
