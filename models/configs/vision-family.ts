import type { VisionEncoder } from '../shared/vision-encoder.ts';

/**
 * Makes a vision encoder from its original's `config.json`.
 *
 * @param image height and width that its pictures are prepared to have; undefined where that is not said. An encoder of
 *   another size refuses it, or interpolates its positions
 * @throws ModelError for a config that asks for what the family does not do
 */
export type VisionFromConfig = (config: unknown, image: number | undefined) => VisionEncoder;

/**
 * A family of vision encoders that folders hold. Each is one file of its model's folder, `vision-family.ts`, as the export
 * `visionFamily`; `npm run registries` lists them.
 */
export interface VisionFamily {
  /** What people call it. */
  readonly name: string;
  /** How its encoders are made, by the `model_type` of the original's `config.json`. */
  readonly models: Readonly<Record<string, VisionFromConfig>>;
}
