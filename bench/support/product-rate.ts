import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import { linear } from '../../dsl/index.ts';
import type { Precision } from '../../dsl/precision.ts';
import { graph } from '../../models/index.ts';
import { loadGraph } from '../../runtime/graph.ts';
import { withTemporaryFolder } from './temporary-folder.ts';
import { normalTensor } from './tensors.ts';

const [ROWS, WIDTH] = [512, 2048];
const RUNS = 6;

/** Multiply-adds a second of one large product with a weight of a precision, the best of several runs. */
export function productRate(precision: Precision, options: { readonly threads: number }): Promise<number> {
  return withTemporaryFolder((folder) => rateIn(join(folder, 'product'), precision, options));
}

async function rateIn(
  out: string,
  precision: Precision,
  { threads }: { readonly threads: number },
): Promise<number> {
  const layer = linear(WIDTH, WIDTH, { bias: false });
  const product = graph({
    name: 'product',
    inputs: { x: { dtype: 'float32', shape: ['rows', WIDTH] } },
    parts: { layer },
    outputs: ({ x }) => ({ y: layer(x) }),
  });
  await compile(product, { out, precision });
  await using loaded = await loadGraph(out, { threads });
  const { data } = normalTensor(ROWS, WIDTH);
  if (!(data instanceof Float32Array)) throw new Error('a normal tensor is float32');
  let best = Number.POSITIVE_INFINITY;
  for (let run = 0; run < RUNS; run++) {
    const started = performance.now();
    await loaded.run({ x: { data, shape: [ROWS, WIDTH] } });
    best = Math.min(best, performance.now() - started);
  }
  return (1000 * ROWS * WIDTH * WIDTH) / best;
}
