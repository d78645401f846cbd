import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { evaluateDim } from '../../../dsl/shape/dim.ts';
import { openArtifact } from '../../../runtime/artifact/artifact.ts';
import { exportTriton } from '../../../runtime/export/triton/export-triton.ts';
import { loadGraph } from '../../../runtime/graph.ts';
import { compileLively, SMALL_MODELS } from '../../media/small-models.ts';

const REFERENCE = new URL('../../references/triton/stages.json', import.meta.url);
const SERVE = fileURLToPath(new URL('../../references/triton/serve.py', import.meta.url));
const { TRITON_PYTHON } = process.env;

/** Of one run: two texts of three tokens, behind two of which the keys and values are there, and two pictures. */
const SIZES = new Map(Object.entries({ batch: 2, text: 3, past: 2, rows: 2, chunk: 3, wanted: 2 }));
const TOLERANCE = 1e-4;

type Values = { readonly shape: readonly number[]; readonly data: readonly number[] };

/** Numbers that any graph takes, by its dtype: small ones, which differ. */
const VALUES: Readonly<Record<string, (place: number) => number>> = {
  int64: (place) => place % 2,
  bool: () => 1,
  float32: (place) => Math.sin(place),
};

describe('the stages of a language graph in a model repository for Triton', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'triton-stages-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('give by their ensemble what the whole graph gives', async () => {
    const program = SMALL_MODELS.packed?.();
    assert.ok(program);
    const compiled = (out: string, stages: number) =>
      compileLively(folder, program, { fusion: false, stages, out: join(folder, out) });
    const whole = await compileLively(folder, program, { fusion: false, out: join(folder, 'whole') });
    const repository = join(folder, 'repository');
    await exportTriton(await compiled('cut', 2), { out: repository });

    const { inputs = [] } = (await openArtifact(whole, {})).manifest.graphs.language ?? {};
    const given = inputs.map(({ name, dtype, shape }) => {
      const fixed = shape.map((dim) => evaluateDim(dim, SIZES) ?? assert.fail(`${name}: ${dim}`));
      const count = fixed.reduce((product, size) => product * size, 1);
      const data = Array.from({ length: count }, (_, place) => VALUES[dtype]?.(place) ?? assert.fail(dtype));
      return { name, dtype, shape: fixed, data };
    });
    const outputs = ['logits', 'new_key.0', 'new_value.2'];
    if (TRITON_PYTHON !== undefined) {
      const requests = join(folder, 'requests.json');
      const asked = Object.fromEntries(given.map(({ name, ...values }) => [name, values]));
      await writeFile(requests, JSON.stringify([{ model: 'packed-language', inputs: asked, outputs }]));
      const { stdout } = await promisify(execFile)(TRITON_PYTHON, [SERVE, repository, requests]);
      await writeFile(REFERENCE, `${JSON.stringify(JSON.parse(stdout).answers[0])}\n`);
    }
    const reference: Record<string, Values> = JSON.parse(await readFile(REFERENCE, 'utf8'));

    await using graph = await loadGraph(whole, { graph: 'language' });
    const arrays = {
      int64: (data: readonly number[]) => BigInt64Array.from(data, BigInt),
      bool: (data: readonly number[]) => Uint8Array.from(data),
      float32: (data: readonly number[]) => Float32Array.from(data),
    };
    const arrayOf = (dtype: string, data: readonly number[]) =>
      dtype === 'int64' || dtype === 'bool' || dtype === 'float32' ? arrays[dtype](data) : assert.fail(dtype);
    const made = await graph.run(
      Object.fromEntries(
        given.map(({ name, dtype, shape, data }) => [name, { shape, data: arrayOf(dtype, data) }]),
      ),
    );
    for (const name of outputs) {
      const [found, expected] = [reference[name], made[name]];
      assert.deepEqual(found?.shape, expected?.shape, name);
      for (const [place, value] of Array.from(expected?.data ?? [], Number).entries()) {
        const off = Math.abs((found?.data[place] ?? Number.NaN) - value);
        assert.ok(off <= TOLERANCE * Math.max(1, Math.abs(value)), `${name} ${place}: ${off}`);
      }
    }
  });
});
