import { add, multiply, normal, parameter, reduceMean, type Tensor } from '../../../dsl/index.ts';
import { graph, matmul } from '../../../models/index.ts';
import { type Computes, openMeasured, runTime } from '../graph-time.ts';
import { inTurns, measured } from '../measure.ts';
import type { Line, Row, RowContext } from '../row.ts';
import { SIZES } from '../scale.ts';

const ONE = { dtype: 'float32', shape: [1] } as const;

/** So many products of large matrices that lie on the device, one after another; one number goes in, and one comes out. */
function products(count: number, width: number) {
  const x = parameter([width, width], normal(1));
  const weight = parameter([width, width], normal(1 / Math.sqrt(width)));
  return graph({
    name: `products-${count}`,
    inputs: { scale: ONE },
    parts: { x, weight },
    outputs({ scale }) {
      let y: Tensor = multiply(x, scale);
      for (let index = 0; index < count; index++) y = matmul(y, weight);
      return { mean: reduceMean(y) };
    },
  });
}

const COLUMNS = 2 ** 16;

/** So many sums that read an array and write it anew. */
function sums(count: number) {
  const x = parameter([1, COLUMNS], normal(1));
  return graph({
    name: `sums-${count}`,
    inputs: { scale: { dtype: 'float32', shape: ['rows', 1] } },
    parts: { x },
    outputs({ scale }) {
      let y: Tensor = multiply(x, scale);
      for (let index = 0; index < count; index++) y = add(y, scale);
      return { mean: reduceMean(y) };
    },
  });
}

/** Multiply-adds a second. What a run takes besides is in both graphs, and falls out of the difference. */
async function matrixRate(context: RowContext, computes: Computes): Promise<number> {
  const { matrix, products: more, rounds } = SIZES[context.scale];
  await using few = await openMeasured(products(2, matrix), context, computes);
  await using many = await openMeasured(products(2 + more, matrix), context, computes);
  const values = { scale: { data: Float32Array.of(1), shape: [1] } };
  const times = await inTurns({ few: () => runTime(few, values), many: () => runTime(many, values) }, rounds);
  const seconds = (measured(times.many) - measured(times.few)) / 1000;
  return (more * matrix ** 3) / seconds;
}

async function bandwidth(context: RowContext): Promise<number> {
  const { array, rounds } = SIZES[context.scale];
  const more = 8;
  await using few = await openMeasured(sums(1), context, 'float16');
  await using many = await openMeasured(sums(1 + more), context, 'float16');
  const rows = array / COLUMNS;
  const values = { scale: { data: new Float32Array(rows).fill(1), shape: [rows, 1] } };
  const times = await inTurns({ few: () => runTime(few, values), many: () => runTime(many, values) }, rounds);
  const seconds = (measured(times.many) - measured(times.few)) / 1000;
  // Read and written, 2 bytes each.
  return (more * 2 * 2 * array) / seconds;
}

/** What the rows after this are compared with, by this name among its lines. */
export const MATRIX_RATE = 'matrix products in float16';

export const row: Row = {
  name: 'limits',
  summary: 'what the card does at most: products of large matrices, memory read and written',
  limit: 180,
  hasPeer: false,
  async run(context) {
    const { note } = context;
    const lines: Line[] = [];
    for (const computes of ['float16', 'float32'] as const) {
      note(`products in ${computes}`);
      const rate = await matrixRate(context, computes);
      const what = computes === 'float16' ? MATRIX_RATE : 'matrix products in float32, without TF32';
      lines.push({ what, value: (2 * rate) / 1e12, unit: 'TFLOP/s' });
    }
    note('memory');
    lines.push({ what: 'memory, read and written', value: (await bandwidth(context)) / 1e9, unit: 'GB/s' });
    return lines;
  },
};
