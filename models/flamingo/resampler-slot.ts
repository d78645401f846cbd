import { sentence } from '../../dsl/errors/sentence.ts';
import {
  type AnyBlock,
  applyBlock,
  checkCall,
  type Dim,
  fillSlot,
  input,
  ModelError,
  rearrange,
  type Slot,
  type Tensor,
} from '../../dsl/index.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import type { PerceiverResamplerOptions } from './perceiver-resampler.ts';
import { RESAMPLER_COUNT, RESAMPLER_GIVES, RESAMPLER_TAKES } from './sentences.ts';

/** What the place of the resampler gives to what is made for it: sizes and options of `perceiverResampler`. */
export interface ResamplerSizes extends PerceiverResamplerOptions {
  /** Width of the vision encoder's features. */
  readonly dim: number;
  readonly heads: number;
  readonly headDim: number;
  readonly latents: number;
  readonly inner: number;
}

/** A resampler in its place: features `[batch, media, frames, tokens, dim]` to latents `[batch, media, latents, width]`. */
export interface Resampler {
  (features: Tensor): Tensor;
  /** The block that it is. */
  readonly parts: AnyBlock;
  /** Latents of a picture. */
  readonly latents: number;
  /** Width of a latent. */
  readonly width: number;
}

/**
 * Puts a block between a vision encoder and the cross-attention: any that takes the features of a picture, of its frames,
 * or of all pictures of a text.
 *
 * @throws ModelError for a block whose axes do not fit
 */
export function resamplerIn(
  slot: Slot<ResamplerSizes>,
  vision: VisionEncoder,
  sizes: ResamplerSizes,
): Resampler {
  const block = fillSlot('flamingo: resampler', slot, sizes);
  const { blockName, takes, gives } = block;
  const [take = '', ...others] = takes;
  const form = FORMS.get(take.replace(/:.*$/, '').trim().split(/\s+/).length);
  if (form === undefined || others.some((each) => !each.endsWith('?')))
    throw new ModelError(sentence(RESAMPLER_TAKES, { block: blockName, takes: quoted(takes) }));
  checkCall(block, input('features', 'float32', [...form.features, vision.dim]));
  const resample = (features: Tensor): Tensor => {
    const [batch = 1, media = 1] = features.shape;
    const [latents] = applyBlock(block, form.before(features));
    if (latents?.shape.length !== form.given)
      throw new ModelError(sentence(RESAMPLER_GIVES, { block: blockName, gives: quoted([gives].flat()) }));
    return form.after(latents, { batch, media });
  };
  const features = input('features', 'float32', ['batch', 'media', 'frames', vision.tokens, vision.dim]);
  const [batch, media, latents, width] = resample(features).shape;
  if (batch !== 'batch' || media !== 'media' || typeof latents !== 'number' || typeof width !== 'number')
    throw new ModelError(
      sentence(RESAMPLER_COUNT, {
        block: blockName,
        given: `[${[batch, media, latents, width].join(', ')}]`,
        features: `[${features.shape.join(', ')}]`,
      }),
    );
  return Object.assign(resample, { parts: block, latents, width });
}

/** How features `[batch, media, frames, tokens, dim]` reach a block, by the number of axes that it takes. */
interface ResamplerForm {
  /** The axes before the width, as messages call them. */
  readonly features: readonly string[];
  /** Axes of what it gives. */
  readonly given: number;
  before(features: Tensor): Tensor;
  after(latents: Tensor, sizes: Readonly<Record<'batch' | 'media', Dim>>): Tensor;
}

const ofPictures = (latents: Tensor, sizes: Readonly<Record<'batch' | 'media', Dim>>): Tensor =>
  rearrange(latents, '(batch media) latents width -> batch media latents width', sizes);

const FORMS: ReadonlyMap<number, ResamplerForm> = new Map([
  [
    3,
    {
      ...{ features: ['images', 'places'], given: 3, after: ofPictures },
      before: (features) =>
        rearrange(features, 'batch media frames tokens dim -> (batch media) (frames tokens) dim'),
    },
  ],
  [
    4,
    {
      ...{ features: ['images', 'frames', 'tokens'], given: 3, after: ofPictures },
      before: (features) =>
        rearrange(features, 'batch media frames tokens dim -> (batch media) frames tokens dim'),
    },
  ],
  [
    5,
    {
      ...{ features: ['batch', 'media', 'frames', 'tokens'], given: 4 },
      before: (features) => features,
      after: (latents) => latents,
    },
  ],
]);

const quoted = (signature: readonly string[]) => signature.map((each) => `'${each}'`).join(', ');
