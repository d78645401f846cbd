import { graph } from '../../dsl/index.ts';
import { clipVit, clipVitSizes } from '../../models/clip/clip-vit.ts';

/** CLIP's ViT-L/14 alone, as `CLIPVisionModel` of transformers is. */
const vision = clipVit(clipVitSizes['l/14']);

export default graph({
  name: 'vision',
  inputs: { pixels: { dtype: 'float32', shape: ['images', 3, 224, 224] } },
  parts: { vision: vision.parts },
  outputs: ({ pixels }) => ({ features: vision.encode(pixels) }),
});
