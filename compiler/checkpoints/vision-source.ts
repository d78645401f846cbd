import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import type { WeightFile } from '../../artifact/weights/weight-file.ts';
import { type ClipVitOptions, clipVit } from '../../models/clip/clip-vit.ts';
import { openClipFromConfig } from '../../models/clip/open-clip-config.ts';
import { visionEncoderFromConfig } from '../../models/configs/vision-families.ts';
import type { VisionFamily } from '../../models/configs/vision-family.ts';
import type { VisionEncoder } from '../../models/shared/vision-encoder.ts';
import { openWeights } from '../weights/read/open-weights.ts';
import { builtFrom } from './built-from.ts';
import { highestIndex } from './highest-index.ts';
import { readJson, readModelFolder } from './model-folder.ts';

/**
 * The vision encoder that lies at a path: a folder of Hugging Face's or open_clip's layout, whose configs decide, or one of
 * OpenAI's files (`ViT-L-14.pt`), which has no config and whose tensors do.
 *
 * @param notes gets a sentence for each thing that was assumed
 * @param further families besides this project's
 * @throws UserError or ModelError for what is missing, or not done
 */
export async function visionAt(
  path: string,
  notes: string[],
  further: readonly VisionFamily[] = [],
): Promise<VisionEncoder> {
  if ((await stat(path).catch(() => undefined))?.isFile()) {
    notes.push(
      `${path} has no config: its activation, heads of 64 and preprocessing are taken to be those of OpenAI's CLIP.`,
    );
    const sizes = openAiSizes(await openWeights(path));
    return builtFrom(path, () => clipVit(sizes));
  }
  const openClip = await readJson(join(path, 'open_clip_config.json'));
  const { config, preprocessor } = await readModelFolder(path, 'the vision encoder', openClip === undefined);
  if (config === undefined) {
    const { options, preprocessing } = openClipFromConfig(openClip);
    const encoder = builtFrom(join(path, 'open_clip_config.json'), () => clipVit(options));
    return { ...encoder, preprocessing: preprocessing ?? encoder.preprocessing };
  }
  const encoder = builtFrom(join(path, 'config.json'), () =>
    visionEncoderFromConfig(config, preprocessor, further),
  );
  if (preprocessor === undefined) {
    notes.push(
      `${path} has no preprocessor_config.json: pictures are prepared as for the published ${encoder.family}.`,
    );
  }
  return encoder;
}

/** Width of a head in all of OpenAI's sizes. */
const HEAD = 64;

/** As OpenAI's own `build_model` reads them off the tensors. */
function openAiSizes(file: WeightFile): ClipVitOptions {
  const shapeOf = (name: string): readonly number[] => {
    if (file.has(name)) return file.tensor(name).shape;
    throw new UserError(
      `${file.path} has no tensor ${name}, so it is no CLIP of OpenAI's; give the folder of a CLIP model with its config.json.`,
    );
  };
  const [dim = 0, , patch = 0] = shapeOf('visual.conv1.weight');
  const [tokens = 0] = shapeOf('visual.positional_embedding');
  const [inner = 0] = shapeOf('visual.transformer.resblocks.0.mlp.c_fc.weight');
  if (dim === 0 || dim % HEAD !== 0) {
    throw new UserError(
      `${file.path} has the width ${dim}, which heads of ${HEAD} do not divide, so it is no CLIP of OpenAI's; give the folder of a CLIP model with its config.json.`,
    );
  }
  return {
    image: patch * Math.round(Math.sqrt(tokens - 1)),
    patch,
    dim,
    layers: highestIndex(file, /^visual\.transformer\.resblocks\.(\d+)\./) + 1,
    heads: dim / HEAD,
    inner,
    activation: 'quick-gelu',
  };
}
