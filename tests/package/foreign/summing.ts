import { clipVit, opt } from 'flamingo-onnx';
import {
  add,
  gather,
  input,
  linear,
  multiply,
  program,
  rearrange,
  reduceMean,
  type Tensor,
} from 'flamingo-onnx/dsl';
import { languageFacts, languageGraph } from 'flamingo-onnx/extend';

export const vision = clipVit({ image: 28, patch: 14, dim: 16, layers: 1, heads: 2 });
export const language = opt({ dim: 16, layers: 2, heads: 2, vocabulary: 261, contextLength: 128 });
export const connect = linear(vision.dim, language.dim);

const pixels = input('pixels', 'float32', ['images', 1, 3, vision.image, vision.image]);
const features = vision.encode(rearrange(pixels, 'images 1 c h w -> images c h w'));

/** Features of pictures `[images, places, dim]` to a vector each, `[images, dim]`. */
export const vectorOf = (features: Tensor): Tensor => connect(reduceMean(features, [1]));

/** A model whose pictures reach the text in a way of this project's own. */
export default program({
  name: 'summing',
  parts: { vision, connect, language },
  graphs: {
    vision: { name: 'vision', inputs: { pixels }, outputs: { vector: vectorOf(features) } },
    language: languageGraph(language, (take) => {
      const vectors = take('vectors', 'float32', ['vectors', language.dim]);
      const slots = take('vector_of', 'int64', ['batch', 'text']);
      const hasVector = take('has_vector', 'float32', ['batch', 'text']);
      return {
        splice: (embedded) =>
          add(
            embedded,
            multiply(gather(vectors, slots, 0), rearrange(hasVector, 'batch text -> batch text 1')),
          ),
      };
    }),
  },
  checkpointNames: [],
  facts: {
    options: {},
    image: { size: vision.image, ...vision.preprocessing, maxFrames: 1 },
    language: languageFacts(language, {
      image: '<image>',
      endOfChunk: '<|endofchunk|>',
      padding: '<PAD>',
      beginning: '<s>',
      end: '</s>',
    }),
    media: { way: 'summed', dim: language.dim },
  },
});
