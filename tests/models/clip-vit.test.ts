import { input, nameParameters } from '../../dsl/index.ts';
import { clipVit } from '../../models/clip/clip-vit.ts';
import { withGraph } from '../support/run-program.ts';
import { assertClose } from './close.ts';
import { feed, openReference, sizesOf, tensorsUnder, without } from './reference.ts';

describe("CLIP's vision transformer", () => {
  for (const [name, activation] of [
    ['clip-vit', 'quick-gelu'],
    ['clip-vit-gelu', 'gelu'],
  ] as const) {
    for (const fusion of [true, false]) {
      it(`agrees with transformers' CLIPVisionModel: ${activation}, fusion ${fusion ? 'on' : 'off'}`, async () => {
        const file = await openReference(`${name}.safetensors`);
        const size = sizesOf(file);
        const vit = clipVit({
          image: size('image_size'),
          patch: size('patch_size'),
          dim: size('hidden_size'),
          layers: size('num_hidden_layers'),
          heads: size('num_attention_heads'),
          inner: size('intermediate_size'),
          activation,
        });
        const weights = { ...nameParameters({ vision: vit.parts }), checkpointNames: vit.checkpointNames };
        // The norm after the last layer serves the class token, which Flamingo does not use.
        const stored = without(tensorsUnder(file, 'weights.'), 'post_layernorm');
        const pixels = input('pixels', 'float32', ['images', 3, size('image_size'), size('image_size')]);
        const graph = { name: 'vision', inputs: { pixels }, outputs: { tokens: vit.encode(pixels) } };
        await withGraph(graph, weights, [stored], { fusion }, async (run) => {
          const { tokens } = await run({ pixels: await feed(file, 'input.pixel_values') });
          assertClose(tokens?.data as Float32Array, await file.readFloat32('output.patch_tokens'));
        });
      });
    }
  }
});
