import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../artifact/user-error.ts';
import { familiesOfWeights } from '../../models/configs/family-of-weights.ts';
import type { HuggingFaceFamily, KnownTokens } from '../../models/configs/hugging-face-family.ts';
import { HUGGING_FACE_FAMILIES } from '../../models/configs/hugging-face-family-registry.ts';
import { LANGUAGE_FAMILIES } from '../../models/configs/language-family-registry.ts';
import { modelTypes } from '../../models/configs/model-types.ts';
import { VISION_FAMILIES } from '../../models/configs/vision-family-registry.ts';
import type { Extensions } from '../extensions.ts';
import { openWeights } from '../weights/read/open-weights.ts';
import { builtFrom } from './built-from.ts';
import type { CheckpointModel } from './checkpoint-model.ts';
import { framingTokens } from './framing-tokens.ts';
import { type ModelFolder, readModelFolder } from './model-folder.ts';
import { readTokenizer } from './read-tokenizer.ts';
import { type TokenizerFile, withAddedTokens } from './tokenizer-file.ts';
import { tokenizerNotes } from './tokenizer-notes.ts';

export interface HuggingFaceSources
  extends Pick<Extensions, 'families' | 'languageFamilies' | 'visionFamilies'> {
  /** With `config.json`, weights and a tokenizer. */
  readonly folder: string;
  /** `tokenizer.json`; default: the one in the folder. */
  readonly tokenizer?: string;
  /** Default: that of the folder. */
  readonly name?: string;
}

/**
 * The visual language model that a folder of Hugging Face's holds as a whole: its files decide everything, the family
 * by `model_type`, the sizes, the preprocessing, the special tokens, and what ends an answer.
 *
 * @throws UserError or ModelError for what is missing, or asks for what this project does not do
 */
export async function huggingFaceModel(sources: HuggingFaceSources): Promise<CheckpointModel> {
  const folder = await readModelFolder(sources.folder, 'the model');
  const family = familyOf(folder, sources);
  await checkWeights(folder, family);
  const notes: string[] = [];
  const { tokenizer, tokens } = await knownTokens(folder, sources.tokenizer, notes);
  const { config, preprocessor } = folder;
  const name = sources.name ?? basename(resolve(folder.path));
  return {
    program: builtFrom(join(folder.path, 'config.json'), () =>
      family.program({ name, config, preprocessor, tokens }, notes),
    ),
    tokenizer: Buffer.from(JSON.stringify(tokenizer.json)),
    weights: [folder.path],
    notes,
  };
}

/** @throws UserError where the weights beside the config are a language model's alone */
async function checkWeights(
  { path }: ModelFolder,
  { modelType, ownNames }: HuggingFaceFamily,
): Promise<void> {
  if (ownNames === undefined) return;
  // What is wrong with weights that cannot be opened is said where they are read.
  const file = await openWeights(path).catch(() => undefined);
  if (file === undefined || file.names.some((name) => ownNames.test(name))) return;
  const other = familiesOfWeights(file.names);
  if (other === undefined) return;
  throw new UserError(
    `${file.path}: these weights are those of ${other.whose} (${other.example}), but config.json in ${path} says '${modelType}'; give the config and the weights of one model.`,
  );
}

const kind = z.looseObject({ model_type: z.string(), architectures: z.array(z.string()).nullish() });

function familyOf(
  { path, config }: ModelFolder,
  { families = [], languageFamilies = [], visionFamilies = [] }: HuggingFaceSources,
): HuggingFaceFamily {
  const known = [...families, ...HUGGING_FACE_FAMILIES];
  const file = join(path, 'config.json');
  const names = known.map(({ modelType }) => modelType).join(', ');
  const result = kind.safeParse(config);
  if (!result.success) {
    throw new UserError(
      `${file} has no model_type, which says what kind of model it is; those that compile from their folder are ${names}.`,
    );
  }
  const { model_type: type, architectures } = result.data;
  const family = known.find(({ modelType }) => modelType === type);
  if (family === undefined) {
    const parts = {
      'language model': modelTypes([...LANGUAGE_FAMILIES, ...languageFamilies]),
      'vision encoder': modelTypes([...VISION_FAMILIES, ...visionFamilies]),
    };
    const [part] = Object.entries(parts).flatMap(([part, models]) =>
      Object.hasOwn(models, type) ? [part] : [],
    );
    const whole =
      part === undefined
        ? ''
        : `; an OpenFlamingo on this ${part} is given by --open-flamingo, --vision and --language`;
    throw new UserError(
      `${file} is of model_type '${type}', which is no visual language model that compiles from its folder; known are ${names}${whole}.`,
    );
  }
  if (architectures && !architectures.some((name) => family.architectures.includes(name))) {
    throw new UserError(
      `${file} says that the weights are those of ${architectures.join(', ') || 'nothing'}, but a whole model is ${family.architectures.join(' or ')}; save the model as that.`,
    );
  }
  return family;
}

/** The tokenizer with all its tokens, and what the folder's files call them. */
async function knownTokens(
  folder: ModelFolder,
  given: string | undefined,
  notes: string[],
): Promise<{ tokenizer: TokenizerFile; tokens: KnownTokens }> {
  notes.push(...tokenizerNotes(folder));
  const { path, tokenizer: own } = await readTokenizer(folder, given, 'the model', notes);
  const tokenizer = withAddedTokens(own, folder.addedTokens, path);
  const { beginning, end, ends, padding, suppressedTokens } = framingTokens(
    folder,
    tokenizer,
    path,
    notes,
    'refused',
  );
  const tokens: KnownTokens = {
    has: (token) => tokenizer.has(token),
    tokenOf: (id) => tokenizer.tokenOf(id),
    beginning: beginning ?? null,
    afterBeginning: tokenizer.afterBeginning,
    end: end ?? null,
    padding: padding ?? null,
    ends,
    suppressedTokens,
  };
  return { tokenizer, tokens };
}
