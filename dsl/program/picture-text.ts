/**
 * What is written around pictures in a text: pieces of it, special tokens written out, in each of which `{image}` stands once, for
 * as many image tokens as the picture or the tile takes places.
 */
export interface PictureText {
  /** A picture that is not cut, and each frame of a video: `<frame>{image}<frame>`. */
  readonly alone: string;
  /** A tile, with `{row}` and `{column}` for its place, from 1 on; default `{image}`. Tiles are written row by row. */
  readonly tile?: string;
  /** Behind the last tile of each row, without `{image}`; default nothing. */
  readonly afterRow?: string;
  /** The whole picture behind its tiles; default `{image}`. */
  readonly whole?: string;
}
