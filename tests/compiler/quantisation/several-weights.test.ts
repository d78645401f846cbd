import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSafetensors, writeSafetensors } from '../../../artifact/weights/safetensors.ts';
import { toFloat32 } from '../../../artifact/weights/to-float32.ts';
import {
  BLOCK_FORMATS,
  memberShapes,
  quantisableWeights,
} from '../../../compiler/quantisation/block-format.ts';
import { quantiseRows } from '../../../compiler/quantisation/quantise-rows.ts';
import type { StoredParameter } from '../../../compiler/stored-parameter.ts';
import { storageAs } from '../../../compiler/weights/store/weight-storage.ts';
import { type WrittenWeights, writeWeights } from '../../../compiler/weights/store/write-weights.ts';
import type { ProgramParameter } from '../../../dsl/program/program-parameter.ts';

/** Of several chunks and of less than one, in both formats; enough in all for threads. */
const WEIGHTS = [
  { name: 'a', format: 'int8', shape: [2048, 1024] },
  { name: 'b', format: 'int4', shape: [1000, 2080] },
  { name: 'c', format: 'int8', shape: [100, 32] },
  { name: 'd', format: 'int8', shape: [3000, 800] },
  { name: 'e', format: 'int8', shape: [640, 1024] },
  { name: 'f', format: 'int4', shape: [2048, 1024] },
] as const;

type Weight = (typeof WEIGHTS)[number];

const layoutOf = ({ format, shape }: Weight) => ({
  width: shape[1],
  block: format === 'int4' ? 32 : shape[1],
  perRow: format === 'int8',
});

/** Finite halves of both signs. */
function halves({ name, shape }: Weight): Uint16Array {
  const bits = new Uint16Array(shape[0] * shape[1]);
  let state = name.charCodeAt(0);
  for (let at = 0; at < bits.length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bits[at] = ((state >>> 16) & 0x87ff) | 0x2000;
  }
  return bits;
}

function membersOf(each: Weight): { readonly values: StoredParameter; readonly scales: StoredParameter } {
  const { name, format, shape } = each;
  const { block, perRow } = layoutOf(each);
  const about = { trainable: true, initialiser: { kind: 'constant', value: 0 } } as const;
  const weight = { ...about, name, dtype: 'float32', shape } as const;
  const shapes = memberShapes(BLOCK_FORMATS[format], shape, block);
  const its = { weight, format, block, ...(perRow && { perRow: true as const }) };
  return {
    values: {
      ...{ ...about, name: `${name}.values`, dtype: perRow ? 'int8' : 'uint8' },
      ...{ shape: perRow ? shape.toReversed() : shapes.values, quantised: { ...its, member: 'values' } },
    },
    scales: {
      ...{ ...about, name: `${name}.scales`, dtype: 'float32' },
      ...{ shape: perRow ? [shape[0]] : shapes.scales, quantised: { ...its, member: 'scales' } },
    },
  };
}

describe('weights that may be quantised', () => {
  const leaf = { dtype: 'float32', initialiser: { kind: 'constant', value: 0 } } as const;
  const parameters: readonly ProgramParameter[] = [
    { name: 'plain', shape: [3, 4], trainable: true },
    { name: 'marked', shape: [5, 7], trainable: true, precision: 'int4' as const },
    { name: 'kept', shape: [11, 2], trainable: true, precision: 'float32' as const },
    { name: 'vector', shape: [13], trainable: true },
  ].map((each) => ({ ...leaf, ...each, leaf: { ...leaf, shape: each.shape } }));

  it('are the matrices of what is compiled to int8 or int4, or so marked', () => {
    assert.equal(quantisableWeights(parameters, {}), 35);
    assert.equal(quantisableWeights(parameters, { precision: 'int8' }), 12 + 35);
    assert.equal(quantisableWeights(parameters, { precision: 'float16' }), 35);
    assert.equal(quantisableWeights(parameters, { precision: 'int8', marks: false }), 12 + 35 + 22);
    assert.equal(quantisableWeights(parameters, { marks: false }), 0);
  });
});

describe('several weights that threads quantise', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'several-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  async function write(change: (bits: Uint16Array, weight: Weight) => void): Promise<WrittenWeights> {
    const path = join(folder, 'weights.safetensors');
    await writeSafetensors(
      path,
      WEIGHTS.map((each) => {
        const bits = halves(each);
        change(bits, each);
        return { name: each.name, dtype: 'float16', shape: each.shape, data: bits };
      }),
    );
    const file = await openSafetensors(path);
    const members = WEIGHTS.map(membersOf);
    return writeWeights(join(folder, 'out.safetensors'), {
      // The scales of the first three come when the values of all three are there.
      parameters: [
        ...members.slice(0, 3).map(({ values }) => values),
        ...members.slice(0, 3).map(({ scales }) => scales),
        ...members.slice(3).flatMap(({ values, scales }) => [values, scales]),
      ],
      sources: new Map(WEIGHTS.map(({ name }) => [name, { file, name }])),
      seed: 0,
      storageOf: (parameter) => storageAs(parameter, parameter.dtype),
    });
  }

  it('become what each becomes alone, wherever they lie', async () => {
    const written = await write(() => {});
    const bytes = await readFile(join(folder, 'out.safetensors'));
    for (const each of WEIGHTS) {
      const weights = toFloat32(halves(each), { name: each.name, dtype: 'float16' }, 'memory');
      const alone = quantiseRows(BLOCK_FORMATS[each.format], weights, layoutOf(each));
      const found = (member: string) => {
        const place = written.tensors.get(`${each.name}.${member}`);
        assert.ok(place);
        return bytes.subarray(place.offset, place.offset + place.bytes);
      };
      assert.ok(found('values').equals(alone.values), each.name);
      assert.ok(found('scales').equals(Buffer.from(alone.scales.slice().buffer)), each.name);
    }
  });

  it('are refused for a value in a later one, and nothing stays of those before', async () => {
    await assert.rejects(
      write((bits, { name }) => {
        if (name === 'e') bits[12_345] = 0x7c00;
      }),
      { name: 'UserError', message: /tensor 'e' holds Infinity at element 12345/ },
    );
    assert.deepEqual(await readdir(folder), ['weights.safetensors']);
  });
});
