import {
  cast,
  concat,
  cumsum,
  type Dtype,
  type Graph,
  gather,
  greater,
  input,
  multiply,
  rearrange,
  reduceMax,
  type Shape,
  split,
  subtract,
  type Tensor,
} from '../../dsl/index.ts';
import {
  attendingLayers,
  embedTokens,
  type LanguageModel,
  type TextPlaces,
} from '../shared/language-model.ts';
import { type RecurrentLayer, recur } from '../shared/recurrent-layer.ts';

/** Declares one more input of the language graph. */
export type TakeInput = (name: string, dtype: Dtype, shape: Shape) => Tensor;

/** How pictures reach the text of a language graph: what is done with the hidden states, by way of its own inputs. */
export interface LanguageMedia {
  /** On the embeddings of the tokens `[batch, text, dim]`, before their positions are added. Default: nothing. */
  splice?(embedded: Tensor): Tensor;
  /** On the hidden states `[batch, text, dim]` before a layer. Default: nothing. */
  before?(layer: number, x: Tensor): Tensor;
}

/** The way of media declares its inputs, which follow those of text and its cache. */
export type LanguageMediaMaker = (take: TakeInput) => LanguageMedia;

/**
 * A language model and what it is shown, one graph for prefill (no past) and decode (new tokens on a past). The past is
 * read, never written: the keys and values of the new tokens come out for the caller to append. `attention_mask`
 * `[batch, text, past+text]` says which places each token looks at: order, padding, room that a cache has not used yet
 * (it may hold anything finite), and continuations of one text that do not see each other are the caller's to say. Logits
 * are computed for the tokens in `wanted` alone. Layers that are recurrences have the state before the new tokens for an
 * input and that after them for an output, `past_state.{name}.{layer}` and `new_state.{name}.{layer}`.
 *
 * @param makeMedia how pictures reach the text; default: not at all
 */
export function languageGraph(language: LanguageModel, makeMedia: LanguageMediaMaker = () => ({})): Graph {
  const inputs: Record<string, Tensor> = {};
  const take: TakeInput = (name, dtype, shape) => {
    const tensor = input(name, dtype, shape);
    inputs[name] = tensor;
    return tensor;
  };
  const tokens = take('tokens', 'int64', ['batch', 'text']);
  const positions = take('positions', 'int64', ['batch', 'text']);
  const attentionMask = take('attention_mask', 'bool', ['batch', 'text', 'past+text']);
  const places: TextPlaces = {
    visible: rearrange(attentionMask, 'batch text keys -> batch 1 text keys'),
    positions,
    keyPositions: concat([pastPositions(attentionMask), positions], 1),
  };
  const { keyValueHeads, headDim, recurrent = new Map<number, RecurrentLayer>() } = language;
  const keysAndValues = ['batch', keyValueHeads, 'past', headDim];
  const attending = attendingLayers(language);
  const past = attending.map((layer, index) => ({
    ...{ layer, index },
    key: take(`past_key.${index}`, 'float32', keysAndValues),
    value: take(`past_value.${index}`, 'float32', keysAndValues),
  }));
  const states = new Map(
    [...recurrent].map(([layer, { states }]) => [
      layer,
      Object.fromEntries(
        Object.entries(states).map(([name, sizes]) => [
          name,
          take(`past_state.${name}.${layer}`, 'float32', ['batch', ...sizes]),
        ]),
      ),
    ]),
  );
  const media = makeMedia(take);
  const wanted = take('wanted', 'int64', ['wanted']);

  let x = embedTokens(language, tokens, positions, media.splice);
  const outputs: Record<string, Tensor> = {};
  for (let layer = 0; layer < language.layers; layer++) {
    if (media.before) x = media.before(layer, x);
    const recurrence = recurrent.get(layer);
    const cache = past.find((each) => each.layer === layer);
    if (recurrence !== undefined) {
      const real = () => realTokens(attentionMask);
      const after = recur(layer, recurrence, x, { real, positions }, states.get(layer) ?? {});
      x = after.x;
      for (const [name, state] of Object.entries(after.states)) outputs[`new_state.${name}.${layer}`] = state;
    } else if (cache !== undefined) {
      const [next, newKey, newValue] = language.layer(layer, x, places, cache);
      x = next;
      outputs[`new_key.${cache.index}`] = newKey;
      outputs[`new_value.${cache.index}`] = newValue;
    }
  }
  const asked = gather(rearrange(x, 'batch text dim -> (batch text) dim'), wanted, 0);
  return { name: 'language', inputs, outputs: { logits: language.logits(asked), ...outputs } };
}

/** bool `[batch, text]`: the new tokens that are no padding, which looks at nothing, not at itself either. */
function realTokens(attentionMask: Tensor): Tensor {
  return greater(reduceMax(cast(attentionMask, 'int64'), [2]), 0);
}

/**
 * int64 `[batch, past]`: a place's number among those of its sequence, which are what a token of it sees. Sequences may stand
 * side by side in one row, so that they are counted for each token.
 */
function pastPositions(attentionMask: Tensor): Tensor {
  const [past] = split(cast(attentionMask, 'int64'), ['past', 'text'], 2);
  if (past === undefined) throw new Error('a split in two has a first part');
  return subtract(reduceMax(multiply(past, cumsum(past, 2)), [1]), 1);
}
