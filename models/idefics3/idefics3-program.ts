import {
  type CheckpointName,
  type DialogueForm,
  ModelError,
  type ModelTokens,
  type PictureText,
  type PromptProgram,
} from '../../dsl/index.ts';
import type { KnownTokens, WholeModel } from '../configs/hugging-face-family.ts';
import { imageTokenOf, ownTokens } from '../configs/own-tokens.ts';
import { siglip } from '../siglip/siglip.ts';
import { pixelShuffleConnector } from '../spliced/pixel-shuffle-connector.ts';
import { spliced } from '../spliced/spliced.ts';
import { idefics3FromConfig } from './config.ts';
import { idefics3Pictures } from './preprocessor.ts';

const [AROUND, WHOLE, END_OF_TURN] = ['<fake_token_around_image>', '<global-img>', '<end_of_utterance>'];

/** What the processors of Idefics 3 and SmolVLM write for a picture that is shown whole, and for one in tiles. */
const ALONE: PictureText = { alone: `${AROUND}${WHOLE}{image}${AROUND}` };
const IN_TILES: PictureText = {
  ...ALONE,
  tile: `${AROUND}<row_{row}_col_{column}>{image}`,
  afterRow: '\n',
  whole: `\n${AROUND}${WHOLE}{image}${AROUND}`,
};

/** How their chat templates write a dialogue: `User:<image>{question}<end_of_utterance>⏎Assistant: {answer}…`. */
const DIALOGUE: DialogueForm = {
  ...{ user: 'User', assistant: 'Assistant', spaceBeforeImages: false },
  ...{ userTurnsEnd: true, tuned: true },
};

/** The parts within a whole model; the language model's names are otherwise those of its family. */
const partNames: readonly CheckpointName[] = [
  { ours: 'vision_model.*', theirs: 'model.vision_model.*' },
  { ours: 'language.*', theirs: 'model.text_model.*' },
  { ours: 'language.*', theirs: 'text_model.*' },
];

/** The weights that a whole model has, and a language model alone has not. */
export const idefics3Weights = /(^|\.)(vision_model\.encoder|connector\.modality_projection)\./;

/**
 * An Idefics 3 or SmolVLM of a folder of Hugging Face's.
 *
 * @throws ModelError for what is missing, contradicts itself, or is not done
 */
export function idefics3Program(
  { name, config, preprocessor, tokens }: WholeModel,
  notes: string[],
): PromptProgram {
  const { vision: options, language, scale, imageToken } = idefics3FromConfig(config, notes);
  const vision = siglip(options);
  const { image } = vision;
  if (preprocessor === undefined) {
    notes.push(
      `The folder has no preprocessor_config.json: pictures are cut into tiles of ${image} pixels, at most 4 on a side, as for the published models.`,
    );
  }
  const { preprocessing, tiles } = idefics3Pictures(
    preprocessor ?? { size: { longest_edge: 4 * image }, max_image_size: { longest_edge: image } },
    image,
  );
  return spliced({
    name,
    vision: { ...vision, preprocessing, checkpointNames: [...vision.checkpointNames, ...partNames] },
    connector: pixelShuffleConnector({ scale }),
    language,
    tokens: idefics3Tokens(tokens, imageToken),
    pictureText: tiles === undefined ? ALONE : IN_TILES,
    ...(tiles !== undefined && { tiles, tileGrid: 'filled' }),
    dialogue: DIALOGUE,
  });
}

function idefics3Tokens(known: KnownTokens, imageToken: number): ModelTokens {
  const image = imageTokenOf(known, 'Idefics 3', 'image_token_id', imageToken);
  for (const needed of [AROUND, END_OF_TURN]) {
    if (known.has(needed)) continue;
    throw new ModelError(
      `The tokenizer of this Idefics 3 model has no token '${needed}', which stands ${needed === AROUND ? 'around pictures' : 'behind turns'}; give the tokenizer that belongs to the model.`,
    );
  }
  const padding = known.padding ?? known.end ?? END_OF_TURN;
  return { image, padding, ...ownTokens(known, END_OF_TURN) };
}
