import { stat } from 'node:fs/promises';
import { UserError } from '../../artifact/user-error.ts';
import { HUGGING_FACE_FAMILIES } from '../../models/configs/hugging-face-family-registry.ts';
import { LANGUAGE_FAMILIES } from '../../models/configs/language-family-registry.ts';
import { VISION_FAMILIES } from '../../models/configs/vision-family-registry.ts';
import type { Extensions } from '../extensions.ts';
import { refuseTaken } from '../taken-names.ts';
import type { CheckpointModel } from './checkpoint-model.ts';
import { huggingFaceModel } from './hugging-face.ts';
import { type OpenFlamingoSources, openFlamingoModel } from './open-flamingo.ts';

export interface OpenCheckpointOptions
  extends Pick<Extensions, 'families' | 'languageFamilies' | 'visionFamilies' | 'weightFormats'> {
  /** What the program is to be called. Default: the name of the folder, or of OpenFlamingo's checkpoint. */
  readonly name?: string;
  /** Path of a `tokenizer.json`. Default: the one in the folder, or in that of the language model. */
  readonly tokenizer?: string;
}

/**
 * The model that a checkpoint on the disk is, ready to be compiled: its configs decide the sizes, the preprocessing, the
 * special tokens and what ends an answer; its weights are not read.
 *
 *     const { program, tokenizer, weights, notes } = await openCheckpoint('idefics-9b-instruct/');
 *     await compile(program, { tokenizer, weights, out: 'artifacts/idefics' });
 *
 * @param checkpoint the folder of a whole model as Hugging Face lays it out, or an OpenFlamingo by its parts: what its
 *   training saved, and the folders of the frozen vision encoder and language model
 * @throws UserError in one sentence for a family of a name that is taken, and what is missing, contradicts itself, or is not done by this project
 */
export async function openCheckpoint(
  checkpoint: string | Omit<OpenFlamingoSources, keyof OpenCheckpointOptions>,
  options: OpenCheckpointOptions = {},
): Promise<CheckpointModel> {
  const { families = [], languageFamilies = [], visionFamilies = [] } = options;
  refuseTaken(
    'model_type',
    families.map(({ modelType }) => modelType),
    HUGGING_FACE_FAMILIES.map(({ modelType }) => modelType),
  );
  refuseTaken('model_type', typesOf(languageFamilies), typesOf(LANGUAGE_FAMILIES));
  refuseTaken('model_type', typesOf(visionFamilies), typesOf(VISION_FAMILIES));
  if (typeof checkpoint !== 'string') return openFlamingoModel({ ...checkpoint, ...options });
  const status = await stat(checkpoint).catch(() => undefined);
  if (status?.isFile() === true) {
    throw new UserError(
      `${checkpoint} is a file, which does not say what model it belongs to; give the folder with its config.json, or an OpenFlamingo as { checkpoint, vision, language }.`,
    );
  }
  return huggingFaceModel({ folder: checkpoint, ...options });
}

/** Every `model_type` of some families, as often as it stands there. */
function typesOf(families: readonly { readonly models: object }[]): readonly string[] {
  return families.flatMap(({ models }) => Object.keys(models));
}
