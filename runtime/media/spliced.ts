import { Tensor } from 'onnxruntime-common';
import { ofFrames, splicedSchema } from '../../artifact/media/spliced.ts';
import type { PlacedTokens, TextLayout } from '../prompt/layout.ts';
import { gridOf } from './encoded-media.ts';
import { writePicture } from './picture-text.ts';
import { defineWay, type EncodedMedia, type Feeds, type SeenMedia } from './way.ts';

/**
 * Image features take the places of `<image>` tokens. Once they have been read they are in the language model's own cache,
 * and text that follows needs nothing more of the pictures.
 */
export const spliced = defineWay(splicedSchema, ({ features, dim, text }, { special, language }) => {
  // What follows a prompt has no pictures of its own.
  const seen: SeenMedia = {
    feeds: (layout) => feedsOf(layout, dim, [], []),
    select: () => seen,
    join: () => seen,
  };
  const { image } = language.tokens;
  const places = ofFrames(features, 1);
  return {
    keeps: ['features'],
    features: 'features',
    leastTokens: places,
    inPieces: true,
    sideBySide: true,
    tokensOf: (picture) => featuresOf(picture).count,
    ...(text &&
      image !== null && {
        written: (picture) =>
          writePicture(text, image, {
            places,
            frames: featuresOf(picture).count / places,
            grid: gridOf(picture),
          }),
      }),
    seenAfter: () => [],
    prefill(layout, media) {
      const own = media.map((pictures, prompt) =>
        ownFeatures(layout.sequences[prompt], prompt, pictures.map(featuresOf), {
          dim,
          image: special.image,
        }),
      );
      const places = own.flatMap((each) => each.places);
      return {
        feeds: feedsOf(
          layout,
          dim,
          own.flatMap((each) => each.features),
          places,
        ),
        seen,
      };
    },
  };
});

/** A picture's features, one behind the other, and how many there are; without values once they have been read. */
type Features = { readonly data: Float32Array; readonly count: number };

function featuresOf({ features }: EncodedMedia): Features {
  const [count] = features?.shape ?? [];
  if (features === undefined || count === undefined)
    throw new Error('the vision graph gave no features of a picture');
  return { data: features.data, count };
}

/**
 * The features that a prompt's new tokens take, and the flat indices into [batch, text] of the `<image>` tokens that they
 * stand for: a prompt has as many as features.
 */
function ownFeatures(
  sequence: PlacedTokens | undefined,
  prompt: number,
  pictures: readonly Features[],
  { dim, image }: { dim: number; image: number | null },
): { features: readonly Float32Array[]; places: readonly number[] } {
  const { tokens = [], first = 0, before } = sequence ?? {};
  const places = [...tokens.keys()].filter((place) => tokens[place] === image);
  const start = (before ?? []).filter((token) => token === image).length;
  const end = start + places.length;
  const count = pictures.reduce((sum, each) => sum + each.count, 0);
  if (before === undefined ? end !== count : end > count)
    throw new Error(`prompt ${prompt} has ${end} image tokens and ${count} image features`);
  let from = 0;
  const features = pictures.map(({ data, count }) => {
    const [begin, stop] = [Math.max(0, start - from), Math.min(count, Math.max(0, end - from))];
    from += count;
    if (begin < stop && data.length !== count * dim)
      throw new Error(
        `a picture of prompt ${prompt} has ${data.length} values and ${count * dim} are needed`,
      );
    return data.subarray(begin * dim, stop * dim);
  });
  return { features, places: places.map((place) => first + place) };
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
