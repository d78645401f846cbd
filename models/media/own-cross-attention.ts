import { sentence } from '../../dsl/errors/sentence.ts';
import {
  type AnyBlock,
  applyBlock,
  checkCall,
  input,
  isBlock,
  ModelError,
  type Tensor,
} from '../../dsl/index.ts';
import type { KeysAndValues } from './cross-attention.ts';
import { BLOCK_GIVES, BLOCK_TAKES, SEVERAL } from './sentences.ts';

/** What a cross-attention block of an author's own reads of the pictures. */
export type OwnForm = 'latents' | 'keyed';

/** What each form takes. */
const TAKES: Readonly<Record<OwnForm, readonly string[]>> = {
  latents: ['batch text dim', 'batch places vision', 'batch 1 text places: bool'],
  keyed: [
    'batch text dim',
    'batch heads places headDim',
    'batch heads places headDim',
    'batch 1 text places: bool',
  ],
};

/**
 * Which form a block has, by the number of axes of what it takes: the latents of the pictures themselves; or keys and
 * values, which its part `media` makes of the latents of each picture, once.
 *
 * @throws ModelError for a block of another kind
 */
export function formOf({ blockName, takes }: AnyBlock): OwnForm {
  const axes = (signature: readonly string[]) => signature.map((each) => words(each).length).join();
  if (axes(takes) === axes(TAKES.latents)) return 'latents';
  if (axes(takes) === axes(TAKES.keyed)) return 'keyed';
  throw new ModelError(sentence(BLOCK_TAKES, { block: blockName, takes: listed(takes) }));
}

const words = (take: string) => take.replace(/:.*$/, '').trim().split(/\s+/);
const listed = (takes: readonly string[]) => takes.map((each) => `'${each}'`).join(', ');

/** The sizes of one place of a cross-attention block. */
export interface CrossAttentionPlace {
  /** Width of the language model. */
  readonly dim: number;
  /** Latents of a picture, and their width. */
  readonly latents: number;
  readonly width: number;
}

/**
 * Checks a block of an author's own against its place as calls of it are, and says which heads its keys have.
 *
 * @throws ModelError in the words of the call
 */
export function fitOwnBlock(
  block: AnyBlock,
  { dim, latents, width }: CrossAttentionPlace,
): { readonly heads: number; readonly headDim: number } | undefined {
  const x = input('x', 'float32', ['batch', 'text', dim]);
  const mask = input('attends', 'bool', ['batch', 1, 'text', 'places']);
  let heads: { readonly heads: number; readonly headDim: number } | undefined;
  let seen: readonly Tensor[];
  if (formOf(block) === 'latents') {
    seen = [input('latents', 'float32', ['batch', 'places', width])];
  } else {
    const picture = input('latents', 'float32', ['images', latents, width]);
    checkCall(mediaPart(block), input('latents', 'float32', ['images', 'latents', width]));
    const { key } = keysAndValuesOf(block, picture);
    const [, count, places, headDim] = key.shape;
    if (
      typeof count !== 'number' ||
      typeof headDim !== 'number' ||
      places !== latents ||
      key.shape.length !== 4
    )
      throw new ModelError(
        `flamingo: the part media of ${block.blockName} must give keys and values [images, heads, ${latents}, headDim], but it gives [${key.shape.join(', ')}]`,
      );
    heads = { heads: count, headDim };
    seen = Array.from({ length: 2 }, () => input('key', 'float32', ['batch', count, 'places', headDim]));
  }
  checkCall(block, x, ...seen, mask);
  const [after, another] = applyBlock(block, x, ...seen, mask);
  if (another !== undefined || after?.shape.join() !== x.shape.join())
    throw new ModelError(
      sentence(BLOCK_GIVES, {
        wanted: `[${x.shape.join(', ')}]`,
        block: block.blockName,
        given: another === undefined ? `[${after?.shape.join(', ')}]` : SEVERAL,
      }),
    );
  return heads;
}

/** Keys and values of latents `[images, latents, vision]`, as the block's own part makes them. */
export function keysAndValuesOf(block: AnyBlock, latents: Tensor): KeysAndValues {
  const [key, value] = applyBlock(mediaPart(block), latents);
  if (key === undefined || value === undefined)
    throw new ModelError(`flamingo: the part media of ${block.blockName} must give keys and values`);
  return { key, value };
}

function mediaPart({ blockName, parts }: AnyBlock): AnyBlock {
  if ('media' in parts && isBlock(parts.media)) return parts.media;
  throw new ModelError(
    `flamingo: ${blockName} takes keys and values, so it needs a part media that makes them: a block that takes 'images latents vision' and gives twice 'images heads latents headDim'`,
  );
}
