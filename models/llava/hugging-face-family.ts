import { type DialogueForm, ModelError, type ModelTokens } from '../../dsl/index.ts';
import type { HuggingFaceFamily, KnownTokens } from '../configs/hugging-face-family.ts';
import { imageTokenOf, ownTokens } from '../configs/own-tokens.ts';
import { preprocessingFromConfig } from '../configs/preprocessor.ts';
import { mlpConnector } from '../spliced/mlp-connector.ts';
import { spliced } from '../spliced/spliced.ts';
import { llavaFromConfig } from './config.ts';

/** LLaVA-1.5 and others of its class, as in `llava-hf/llava-1.5-7b-hf`. */
export const family: HuggingFaceFamily = {
  modelType: 'llava',
  architectures: ['LlavaForConditionalGeneration'],
  ownNames: /(^|\.)(multi_modal_projector|vision_tower)\./,
  program({ name, config, preprocessor, tokens }, notes) {
    const { vision, language, activation, bias, imageToken } = llavaFromConfig(config, notes);
    if (preprocessor === undefined) {
      notes.push(
        `The folder has no preprocessor_config.json: pictures are prepared as for the published ${vision.family}.`,
      );
    }
    return spliced({
      name,
      vision: {
        ...vision,
        ...(preprocessor !== undefined && {
          preprocessing: preprocessingFromConfig(preprocessor, vision.image),
        }),
      },
      connector: mlpConnector({ activation, bias }),
      language,
      tokens: llavaTokens(tokens, imageToken),
      ...llavaDialogue(tokens, notes),
    });
  },
};

/**
 * How LLaVA-1.5 is asked: `USER: <image>\n{question} ASSISTANT: {answer} USER: …` (the chat template of its folders, which
 * is Vicuna's).
 */
const DIALOGUE: DialogueForm = {
  ...{ user: 'USER', assistant: 'ASSISTANT', betweenTurns: ' ', afterImages: '\n' },
  ...{ userTurnsEnd: false, tuned: true },
};

/** Tokens that mark turns in the dialogues of other language models. */
const MARKS_OF_TURNS = ['<|im_start|>', '<|start_header_id|>', '<start_of_turn>', '<|user|>'];

function llavaDialogue(known: KnownTokens, notes: string[]): { readonly dialogue?: DialogueForm } {
  const mark = MARKS_OF_TURNS.find((token) => known.has(token));
  if (mark === undefined) return { dialogue: DIALOGUE };
  notes.push(
    `The tokenizer marks turns with ${mark}, which this project does not write: questions are asked as they are; give whole prompts as raw ones.`,
  );
  return {};
}

function llavaTokens(known: KnownTokens, imageToken: number): Partial<ModelTokens> {
  const image = imageTokenOf(known, 'LLaVA', 'image_token_index', imageToken);
  const padding = known.padding ?? known.end;
  if (padding === null) {
    throw new ModelError(
      'The tokenizer of this LLaVA model names neither a padding token nor one that ends a text; give it a pad_token in tokenizer_config.json.',
    );
  }
  return { image, padding, ...ownTokens(known, null) };
}
