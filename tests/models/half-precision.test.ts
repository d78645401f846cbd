import assert from 'node:assert/strict';
import { compileGraph } from '../../compiler/compile-graph.ts';
import { fallbacksOf } from '../../compiler/target/fallbacks.ts';
import { targetOf } from '../../compiler/target/target.ts';
import { KeyValueCache } from '../../runtime/generate/cache/key-value-cache.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { type Feeds, withGraph } from '../support/run-program.ts';
import { assertClose } from './close.ts';
import { layoutFeeds, packedDecode, packedPrefill } from './language-feeds.ts';
import { IMAGE, PICTURE, smallPrograms } from './small-programs.ts';

/** Of the largest value: float16 has 11 bits, and the errors of a few layers add up. */
const TOLERANCE = 0.01;

/**
 * What is compiled for CUDA, run on the CPU provider, which takes float16 models: the graphs and the stored halves
 * are checked, the CUDA kernels are not.
 */
for (const [name, make] of Object.entries(smallPrograms)) {
  describe(`${name} compiled for CUDA in half precision`, () => {
    const program = make();

    it('has no node that the CUDA provider has no kernel for', () => {
      for (const graph of Object.values(program.graphs)) {
        for (const fusion of [true, false]) {
          const { onnx } = compileGraph(graph, { fusion, target: 'cuda' });
          assert.deepEqual([...fallbacksOf(onnx, targetOf('cuda'))], []);
        }
      }
    });

    for (const fusion of [true, false]) {
      it(`stays near float32, fusion ${fusion ? 'on' : 'off'}`, async () => {
        const pixels = new onnxruntime.Tensor('float32', waves(2 * 3 * PICTURE ** 2, 1), [
          2,
          1,
          3,
          PICTURE,
          PICTURE,
        ]);
        const seen = await both('vision', { pixels }, fusion);
        const prefill = packedPrefill(
          [
            [1, IMAGE, 2, 3],
            [IMAGE, 4],
          ],
          {
            image: IMAGE,
            padding: 0,
            side: 'left',
            wanted: [[1, 3], [1]],
          },
        );
        const media = Object.fromEntries(Object.entries(seen).filter(([name]) => name.startsWith('media_')));
        const cache = new KeyValueCache(program.facts.language, { rows: 2, mostLength: 10 });
        const read = await both('language', { ...layoutFeeds(prefill), ...cache.feeds(), ...media }, fusion);
        cache.append(read, prefill.real);
        const decode = packedDecode(
          [7, 8].map((token, row) => ({ tokens: [token], past: cache.mask(row), row })),
          { rows: 2, padding: 0 },
        );
        await both('language', { ...layoutFeeds(decode), ...cache.feeds(), ...media }, fusion);
      });
    }

    /** Runs both precisions, compares every output, and returns those of float32. */
    async function both(name: 'vision' | 'language', feeds: Feeds, fusion: boolean): Promise<Feeds> {
      const graph = program.graphs[name];
      const exact = await withGraph(graph, program, [], { fusion }, (run) => run(feeds));
      const half = await withGraph(graph, program, [], { fusion, target: 'cuda' }, (run) => run(feeds));
      for (const [output, tensor] of Object.entries(exact)) {
        assertClose(numbers(half[output]), numbers(tensor), TOLERANCE);
      }
      return exact;
    }
  });
}

function numbers(tensor: onnxruntime.Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new Error('outputs are float32 in either precision');
  return tensor.data;
}

function waves(count: number, seed: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => Math.sin(index * 1.7 + seed));
}
