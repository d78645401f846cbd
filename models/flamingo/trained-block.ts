import {
  type AnyBlock,
  and,
  applyBlock,
  constant,
  expand,
  not,
  rearrange,
  repeat,
  type Tensor,
} from '../../dsl/index.ts';
import { formOf, keysAndValuesOf } from '../media/own-cross-attention.ts';

/** A gated cross-attention block as it is trained: on all pictures at once, what `maskedGatedCrossAttention` takes and gives. */
export type TrainedBlock = ((x: Tensor, media: Tensor, attends?: Tensor, uniform?: Tensor) => Tensor) & {
  readonly parts: object;
};

/**
 * A block of an author's own as it is trained. Without a mask every token attends to every latent; a token that points
 * past its pictures sees none.
 */
export function trained(block: AnyBlock): TrainedBlock {
  const keyed = formOf(block) === 'keyed';
  const call = (x: Tensor, media: Tensor, attends?: Tensor, uniform?: Tensor): Tensor => {
    const [batch = 1, pictures = 1, latents = 1] = media.shape;
    const [, text = 1] = x.shape;
    const sees = attends ?? expand(constant([1], [1, 1, 1], 'bool'), [batch, text, pictures]);
    const seen = uniform ? and(sees, rearrange(not(uniform), 'batch text -> batch text 1')) : sees;
    const mask = repeat(seen, 'batch text media -> batch 1 text (media latents)', { latents });
    const read = keyed
      ? ofSequences(block, media)
      : [rearrange(media, 'batch media latents vision -> batch (media latents) vision')];
    const [after = x] = applyBlock(block, x, ...read, mask);
    return after;
  };
  return Object.assign(call, { parts: block });
}

/** Keys and values of each sequence's pictures, `[batch, heads, media*latents, headDim]`. */
function ofSequences(block: AnyBlock, media: Tensor): readonly Tensor[] {
  const [batch = 1, pictures = 1] = media.shape;
  const { key, value } = keysAndValuesOf(
    block,
    rearrange(media, 'batch media latents vision -> (batch media) latents vision'),
  );
  return [key, value].map((all) =>
    rearrange(all, '(batch media) heads latents headDim -> batch heads (media latents) headDim', {
      ...{ batch, media: pictures },
    }),
  );
}
