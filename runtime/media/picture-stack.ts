import type { EncodedMedia, Feeds } from './encoded-media.ts';

/** Makes inputs of the language graph of which each row is a picture, in the order given; see `stackPictures`. */
export type StackPictures = (pictures: readonly EncodedMedia[]) => Feeds;

/** Pictures as inputs of the language graph, one row each: the same as long as a text sees the same pictures. */
export class PictureStack {
  readonly pictures: readonly EncodedMedia[];
  readonly #stack: StackPictures;
  #tensors: Feeds | undefined;

  constructor(stack: StackPictures, pictures: readonly EncodedMedia[]) {
    this.#stack = stack;
    this.pictures = pictures;
  }

  /** In memory of the process; they are made when they are first asked for. */
  get tensors(): Feeds {
    this.#tensors ??= this.#stack(this.pictures);
    return this.#tensors;
  }

  /** Other pictures in the same inputs. */
  of(pictures: readonly EncodedMedia[]): PictureStack {
    return new PictureStack(this.#stack, pictures);
  }
}
