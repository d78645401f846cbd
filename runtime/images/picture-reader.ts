import type { ImagePreprocessing } from '../../artifact/manifest.ts';
import type { Geometry } from './geometry.ts';
import type { Header } from './header.ts';
import type { ImageSource } from './image-source.ts';
import type { PixelRule } from './pixel-rule.ts';

/** What reads pictures where the model runs: files by sharp in Node, addresses by the browser's own decoder in a page. */
export interface PictureReader {
  /**
   * A name for a picture's content: SHA-256 of its file, hexadecimal.
   *
   * @throws UserError for a source that cannot be read, is empty, or too large
   */
  contentOf(source: ImageSource): Promise<string>;
  /** As `contentOf`, of bytes of any kind. */
  hash(bytes: Uint8Array): Promise<string>;
  /** @throws UserError for a source that is missing, no picture, or larger than `limits.ts` says */
  readHeader(source: ImageSource, pixels: PixelRule): Promise<Header>;
  /**
   * Decodes one frame to the network's input size.
   *
   * @param frame from 0
   * @param geometry other sizes than those of `preprocessing`
   * @returns [size, size, 3], or as large as the crop of `geometry`; 0 to 255
   * @throws UserError for a truncated or damaged picture
   */
  decode(
    source: ImageSource,
    header: Header,
    preprocessing: ImagePreprocessing,
    frame?: number,
    geometry?: Geometry,
  ): Promise<Uint8Array>;
  /** The pictures of a folder, in order; undefined for what is no folder. */
  picturesIn(source: string): Promise<readonly string[] | undefined>;
}
