import { ModelError } from '../../dsl/index.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import { modelTypes } from './model-types.ts';
import { recordOf } from './original-config.ts';
import { preparedSize, preprocessingFromConfig } from './preprocessor.ts';
import { shownJson } from './same-json.ts';
import type { VisionFamily } from './vision-family.ts';
import { VISION_FAMILIES } from './vision-family-registry.ts';

/**
 * The vision encoder that a folder of Hugging Face's describes.
 *
 * @param config `config.json`, of the encoder alone or of a model of pictures and texts that has it; without a `model_type`
 *   it is taken for CLIP's
 * @param preprocessor `preprocessor_config.json`; undefined: pictures are prepared as the family's published ones
 * @param further families besides this project's, which come first
 * @throws ModelError when it is of a family that is not known, or either file asks for what the family does not do
 */
export function visionEncoderFromConfig(
  config: unknown,
  preprocessor?: unknown,
  further: readonly VisionFamily[] = [],
): VisionEncoder {
  const models = modelTypes([...VISION_FAMILIES, ...further]);
  const { model_type: type = 'clip_vision_model' } = recordOf(config) ?? {};
  const make = typeof type === 'string' && Object.hasOwn(models, type) ? models[type] : undefined;
  if (make === undefined) {
    throw new ModelError(
      `The config of the vision encoder is of model_type ${shownJson(type)}; known are ${Object.keys(models).join(', ')}.`,
    );
  }
  const encoder = make(config, preprocessor === undefined ? undefined : preparedSize(preprocessor));
  if (preprocessor === undefined) return encoder;
  return { ...encoder, preprocessing: preprocessingFromConfig(preprocessor, encoder.image) };
}
