import assert from 'node:assert/strict';
import { input, ModelError, nameParameters } from '../../dsl/index.ts';
import { nfnet, nfnetSizes } from '../../models/nfnet/nfnet.ts';
import { withGraph } from '../support/run-program.ts';
import { assertClose } from './close.ts';
import { feed, openReference, tensorsUnder } from './reference.ts';

describe('NFNet', () => {
  for (const features of ['stages', 'final'] as const) {
    for (const fusion of [true, false]) {
      it(`agrees with timm's dm_nfnet: features '${features}', fusion ${fusion ? 'on' : 'off'}`, async () => {
        const file = await openReference('nfnet.safetensors');
        const sizes = { depths: [1, 2, 2, 1], widths: [16, 32, 48, 48], stem: 16, groupSize: 8 };
        const encoder = nfnet({ image: 64, ...sizes, features });
        const weights = {
          ...nameParameters({ vision: encoder.parts }),
          checkpointNames: encoder.checkpointNames,
        };
        const pixels = input('pixels', 'float32', ['images', 3, 64, 64]);
        const graph = { name: 'vision', inputs: { pixels }, outputs: { tokens: encoder.encode(pixels) } };
        await withGraph(graph, weights, [tensorsUnder(file, 'weights.')], { fusion }, async (run) => {
          const { tokens } = await run({ pixels: await feed(file, 'input.pixel_values') });
          assert.deepEqual(tokens?.dims, [2, encoder.tokens, encoder.dim]);
          assertClose(tokens?.data as Float32Array, await file.readFloat32(`output.${features}`));
        });
      });
    }
  }

  it('has as many parameters as timm says, in every published size, without the classifier', () => {
    const millions = { f0: 68.4, f1: 129.6, f2: 190.7, f3: 251.9, f4: 313.0, f5: 374.1, f6: 435.3 };
    for (const [name, expected] of Object.entries(millions)) {
      const size = nfnetSizes[name as keyof typeof nfnetSizes];
      const { parameters } = nameParameters({ vision: nfnet({ ...size, features: 'final' }).parts });
      let count = 0;
      for (const { shape } of parameters.values())
        count += shape.reduce((product, each) => product * each, 1);
      assert.equal(Math.round(count / 1e5) / 10, expected, name);
    }
  });

  it('refuses a picture that does not halve evenly', () => {
    assert.throws(() => nfnet({ ...nfnetSizes.f0, image: 250 }), ModelError);
  });
});
