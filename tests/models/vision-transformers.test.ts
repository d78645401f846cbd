import assert from 'node:assert/strict';
import type { SafetensorsFile } from '../../artifact/weights/safetensors.ts';
import { input, ModelError, nameParameters } from '../../dsl/index.ts';
import { visionEncoderFromConfig } from '../../models/configs/vision-families.ts';
import { dinov2FromConfig } from '../../models/dinov2/config.ts';
import { dinov2 } from '../../models/dinov2/dinov2.ts';
import type { VisionEncoder } from '../../models/shared/vision-encoder.ts';
import { siglipFromConfig } from '../../models/siglip/config.ts';
import { vitFromConfig } from '../../models/vit/config.ts';
import { vit } from '../../models/vit/vit.ts';
import { withGraph } from '../support/run-program.ts';
import { assertClose } from './close.ts';
import { configOf, feed, openReference, tensorsUnder } from './reference.ts';

/** How many tokens stand before the patches, and are no features. */
const REFERENCES: Readonly<Record<string, number>> = {
  ...{ siglip: 0, 'siglip-uneven': 0, vit: 1, 'vit-unbiased': 1 },
  ...{ dinov2: 1, 'dinov2-smaller': 1, 'dinov2-larger': 1 },
  ...{ 'dinov2-registers': 4, 'dinov2-registers-larger': 2 },
};

/** A file of transformers' own preprocessing, for pictures of a size. */
const prepared = (side: number) => ({
  ...{ do_resize: true, do_center_crop: false, do_normalize: true, size: { height: side, width: side } },
  ...{ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5], resample: 3 },
});

/** What an encoder makes of a reference's pictures with its weights, is what transformers made of them at these tokens. */
async function assertAgrees(
  encoder: VisionEncoder,
  file: SafetensorsFile,
  isFeature: (token: number) => boolean,
  fusion: boolean,
): Promise<void> {
  const [images = 0, tokens = 0, dim = 0] = file.tensor('output.last_hidden_state').shape;
  const all = await file.readFloat32('output.last_hidden_state');
  const wanted = Array.from({ length: images * tokens }, (_, row) => row)
    .filter((row) => isFeature(row % tokens))
    .flatMap((row) => [...all.subarray(row * dim, (row + 1) * dim)]);
  assert.equal(images * encoder.tokens * encoder.dim, wanted.length);
  const weights = { ...nameParameters({ vision: encoder.parts }), checkpointNames: encoder.checkpointNames };
  const { image } = encoder;
  const pixels = input('pixels', 'float32', ['images', 3, image, image]);
  const graph = { name: 'vision', inputs: { pixels }, outputs: { features: encoder.encode(pixels) } };
  await withGraph(graph, weights, [tensorsUnder(file, 'weights.')], { fusion }, async (run) => {
    const { features } = await run({ pixels: await feed(file, 'input.pixel_values') });
    assertClose(features?.data as Float32Array, Float32Array.from(wanted));
  });
}

const sideOf = (file: SafetensorsFile): number => file.tensor('input.pixel_values').shape[2] ?? 0;

describe('vision transformers', () => {
  for (const [name, before] of Object.entries(REFERENCES)) {
    for (const fusion of [true, false]) {
      it(`agree with transformers: ${name}, fusion ${fusion ? 'on' : 'off'}`, async () => {
        const file = await openReference(`vision/${name}.safetensors`);
        const encoder = visionEncoderFromConfig(configOf(file), prepared(sideOf(file)));
        await assertAgrees(encoder, file, (token) => token >= before, fusion);
      });
    }
  }

  it('give the class token first where it is asked for', async () => {
    const plain = await openReference('vision/vit.safetensors');
    const vitEncoder = vit({ ...vitFromConfig(configOf(plain)), classToken: true });
    await assertAgrees(vitEncoder, plain, () => true, true);

    const file = await openReference('vision/dinov2-registers.safetensors');
    const options = { ...dinov2FromConfig(configOf(file), sideOf(file)), classToken: true };
    await assertAgrees(dinov2(options), file, (token) => token === 0 || token > 3, true);
  });

  it('refuse pictures of another size than their positions, but for DINOv2, and families that are not known', async () => {
    const file = await openReference('vision/vit.safetensors');
    assert.throws(
      () => visionEncoderFromConfig(configOf(file), prepared(42)),
      (error) => error instanceof ModelError && /pictures of 42 pixels.* squares of 35/.test(error.message),
    );
    assert.throws(
      () => siglipFromConfig(configOf(file)),
      (error) => error instanceof ModelError && /model_type "vit"; known are siglip,/.test(error.message),
    );
    assert.throws(
      () => visionEncoderFromConfig({ model_type: 'beit' }),
      (error) =>
        error instanceof ModelError &&
        /model_type "beit"; known are clip, .*dinov2, .*vit/.test(error.message),
    );
  });
});
