import { ofFrames, splicedSchema } from '../../artifact/media/spliced.ts';
import { Tensor } from '../onnx-runtime.ts';
import type { TextLayout } from '../prompt/layout.ts';
import { defineWay, type EncodedMedia, type Feeds, type SeenMedia } from './way.ts';

/**
 * Image features take the places of `<image>` tokens. Once they have been read they are in the language model's own cache,
 * and text that follows needs nothing more of the pictures.
 */
export const spliced = defineWay(splicedSchema, ({ features, dim }, { special }) => {
  // What follows a prompt has no pictures of its own.
  const seen: SeenMedia = {
    feeds: (layout) => feedsOf(layout, dim, [], []),
    select: () => seen,
  };
  return {
    keeps: ['features'],
    features: 'features',
    leastTokens: ofFrames(features, 1),
    tokensOf: (picture) => featuresOf(picture).length / dim,
    prefill(layout, media) {
      const all = media.map((pictures) => pictures.map(featuresOf));
      const counts = all.map((each) => each.reduce((sum, { length }) => sum + length / dim, 0));
      return { feeds: feedsOf(layout, dim, all.flat(), placesOf(layout, special.image, counts)), seen };
    },
  };
});

function featuresOf({ features }: EncodedMedia): Float32Array {
  if (features === undefined) throw new Error('the vision graph gave no features of a picture');
  return features.data;
}

/** Flat indices into [batch, text] of the `<image>` tokens, of which each prompt has as many as features. */
function placesOf({ sequences }: TextLayout, image: number | null, counts: readonly number[]): number[] {
  return sequences.flatMap(({ tokens, first }, row) => {
    const own = [...tokens.keys()].filter((place) => tokens[place] === image);
    if (own.length !== counts[row]) {
      throw new Error(`prompt ${row} has ${own.length} image tokens and ${counts[row]} image features`);
    }
    return own.map((place) => first + place);
  });
}

/** @param places flat indices into [batch, text] of the features, in order */
function feedsOf(
  { batch, text }: TextLayout,
  dim: number,
  features: readonly Float32Array[],
  places: readonly number[],
): Feeds {
  // Without a picture there is one feature of zeros, which stands nowhere.
  const data = new Float32Array(Math.max(1, places.length) * dim);
  let start = 0;
  for (const each of features) {
    data.set(each, start);
    start += each.length;
  }
  const slots = new BigInt64Array(batch * text);
  const isFeature = new Uint8Array(batch * text);
  for (const [slot, place] of places.entries()) {
    slots[place] = BigInt(slot);
    isFeature[place] = 1;
  }
  return {
    image_features: new Tensor('float32', data, [Math.max(1, places.length), dim]),
    feature_slots: new Tensor('int64', slots, [batch, text]),
    is_feature: new Tensor('bool', isFeature, [batch, text]),
  };
}
