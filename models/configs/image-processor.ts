import type { OriginalName } from './original-defaults.ts';

/**
 * A class of an original that makes pixels of pictures, whose `preprocessor_config.json` is read. Each is one file of its
 * model's folder, `image-processor.ts`, as the export `imageProcessor`; `npm run registries` lists them.
 */
export interface ImageProcessor {
  /** How its name begins: `CLIP` of `CLIPImageProcessor`, of its older name `CLIPFeatureExtractor` and of its faster twin. */
  readonly className: string;
  /** Whose defaults hold for what its file leaves out, and are accepted in fields that are not read. */
  readonly original: OriginalName;
}
