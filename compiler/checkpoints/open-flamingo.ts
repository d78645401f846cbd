import { basename, join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import type { WeightFile } from '../../artifact/weights/weight-file.ts';
import type { ModelTokens, PromptProgram } from '../../dsl/program/program.ts';
import { familiesOfOthers } from '../../models/configs/family-of-weights.ts';
import { languageModelFromConfig } from '../../models/configs/language-families.ts';
import { recordOf } from '../../models/configs/original-config.ts';
import { flamingo } from '../../models/flamingo/flamingo.ts';
import type { Extensions } from '../extensions.ts';
import { spellings } from '../weights/match/checkpoint-names.ts';
import { openWeights } from '../weights/read/open-weights.ts';
import { builtFrom } from './built-from.ts';
import type { CheckpointModel } from './checkpoint-model.ts';
import { framingTokens } from './framing-tokens.ts';
import { highestIndex } from './highest-index.ts';
import { type ModelFolder, readModelFolder } from './model-folder.ts';
import { namedTokens } from './named-tokens.ts';
import { readTokenizer } from './read-tokenizer.ts';
import { type TokenizerFile, withSpecialTokens } from './tokenizer-file.ts';
import { addedTokenNotes } from './tokenizer-notes.ts';
import { visionAt } from './vision-source.ts';

export interface OpenFlamingoSources
  extends Pick<Extensions, 'languageFamilies' | 'visionFamilies' | 'weightFormats'> {
  /** What OpenFlamingo's training saved: the resampler, the cross-attention blocks, the token embeddings. */
  readonly checkpoint: string;
  /** The vision encoder: a folder of Hugging Face's or open_clip's layout, or a CLIP file of OpenAI's. */
  readonly vision: string;
  /** Folder of the language model. */
  readonly language: string;
  /** `tokenizer.json`; default: the language model's. */
  readonly tokenizer?: string;
  /** A block before every n-th layer; default: what the checkpoint's names say. */
  readonly every?: number;
  readonly name?: string;
}

/** The tokens that OpenFlamingo adds, in its order. */
const END_OF_CHUNK = '<|endofchunk|>';
const IMAGE = '<image>';
const PADDING = '<PAD>';

/**
 * The model that open_flamingo's `create_model_and_transforms` makes of the same parts, from what lies on the disk: the
 * sizes are those of each part's `config.json`, the preprocessing that of the encoder's `preprocessor_config.json`, the
 * intervals and the vocabulary those of the checkpoint.
 *
 * @throws UserError or ModelError for a part that is missing, or asks for what this project does not do
 */
export async function openFlamingoModel(sources: OpenFlamingoSources): Promise<CheckpointModel> {
  const checkpoint = await openWeights(sources.checkpoint, sources);
  const notes: string[] = [];
  const vision = await visionAt(sources.vision, notes, sources.visionFamilies);
  const language = await readModelFolder(sources.language, 'the language model');
  const own = await openWeights(language.path, sources).catch(() => undefined);
  checkFamilies(language, own, checkpoint);
  const { tokenizer, tokens } = await specialTokens(language, sources.tokenizer, notes);

  const build = (vocabulary: number, noted?: string[]) =>
    flamingo({
      name: sources.name ?? basename(sources.checkpoint).replace(/\.[^.]+$/, ''),
      convention: 'open-flamingo',
      vision,
      language: builtFrom(join(language.path, 'config.json'), () =>
        languageModelFromConfig(
          language.config,
          { vocabulary, ...(isHalf(own) && isHalf(checkpoint) && { cast: 'float16' }) },
          noted,
          sources.languageFamilies,
        ),
      ),
      crossAttention: { every: sources.every ?? intervalOf(checkpoint) },
      resampler: { depth: depthOf(checkpoint) },
      tokens,
    });
  // The factory resizes the embeddings to the tokenizer, which may also mean fewer rows than the language model has.
  const vocabulary = vocabularyOf(build(tokenizer.size), checkpoint) ?? tokenizer.size;
  return {
    program: build(vocabulary, notes),
    tokenizer: Buffer.from(JSON.stringify(tokenizer.json)),
    weights: [sources.vision, language.path, sources.checkpoint],
    notes,
  };
}

/** Whether every tensor is float16: a model that was cast as a whole; training keeps what it learns in float32. */
function isHalf(file: WeightFile | undefined): boolean {
  try {
    return file?.names.every((name) => file.tensor(name).dtype === 'float16') ?? false;
  } catch {
    // A tensor of a dtype that nobody reads is said where it is asked for.
    return false;
  }
}

/**
 * Weights of another family than the config's would be told as hundreds of names that are missing and unexpected.
 *
 * @throws UserError when the language model's weights, or the checkpoint's, are of another family
 */
function checkFamilies(
  { path, config }: ModelFolder,
  own: WeightFile | undefined,
  checkpoint: WeightFile,
): void {
  const { model_type: type } = recordOf(config) ?? {};
  // What is wrong with a config without one, or with weights that cannot be opened, is said where they are read.
  if (typeof type !== 'string') return;
  const other = own && familiesOfOthers(own.names, type);
  if (own !== undefined && other !== undefined) {
    throw new UserError(
      `${own.path}: these weights are those of ${other.whose} (${other.example}), but config.json in ${path} says '${type}'; give the config and the weights of one model.`,
    );
  }
  const trained = familiesOfOthers(checkpoint.names, type);
  if (trained !== undefined) {
    throw new UserError(
      `${checkpoint.path} was trained on ${trained.whose} (${trained.example}), but the language model in ${path} is '${type}'; give the folder of the one that it was trained on.`,
    );
  }
}

/** The tokenizer with OpenFlamingo's tokens, and the texts of all that the model knows. */
async function specialTokens(language: ModelFolder, given: string | undefined, notes: string[]) {
  const { path, tokenizer: original } = await readTokenizer(language, given, 'the language model', notes);
  if (given === undefined) notes.push(...addedTokenNotes(language, original, path));
  const framing = framingTokens(language, original, path, notes, 'noted');
  // As for open_flamingo: one is added where the tokenizer has none. A config's counts where the tokenizer's words are
  // not here.
  const hasWords = language.specialTokens !== undefined || language.tokenizerConfig !== undefined;
  const padding =
    (hasWords
      ? (namedTokens(language.specialTokens).padding ?? namedTokens(language.tokenizerConfig).padding)
      : framing.padding) || PADDING;
  const tokenizer = withSpecialTokens(original, [END_OF_CHUNK, IMAGE, padding], path);
  if (tokenizer.size > original.size)
    notes.push(`${path}: the special tokens it lacked were added, from id ${original.size} on.`);
  const end = knownSpecial(tokenizer, framing.end);
  if (end === null && framing.end !== undefined) {
    notes.push(
      `The end of a text by the configs of ${language.path}, '${framing.end}', is an ordinary token of ${path}: it ends no answer.`,
    );
  }
  const eosTokens = framing.ends.filter((token) => token !== framing.end);
  const { suppressedTokens } = framing;
  const tokens: ModelTokens = {
    image: IMAGE,
    endOfChunk: END_OF_CHUNK,
    padding,
    // Only what the tokenizer puts before a text by itself.
    beginning: knownSpecial(tokenizer, original.beginning),
    end,
    ...(original.afterBeginning.length > 0 && { afterBeginning: original.afterBeginning }),
    ...(eosTokens.length > 0 && { eosTokens }),
    ...(suppressedTokens.length > 0 && { suppressedTokens }),
  };
  return { tokenizer, tokens };
}

function knownSpecial(tokenizer: TokenizerFile, token: string | undefined): string | null {
  return token !== undefined && tokenizer.has(token) ? token : null;
}

/** Blocks stand before every n-th layer: the first before layer n - 1. */
function intervalOf(checkpoint: WeightFile): number {
  let first = Number.POSITIVE_INFINITY;
  for (const name of checkpoint.names) {
    const match = /gated_cross_attn_layers\.(\d+)\.|\.(\d+)\.gated_cross_attn_layer\./.exec(name);
    if (match !== null) first = Math.min(first, Number(match[1] ?? match[2]));
  }
  if (Number.isFinite(first)) return first + 1;
  throw new UserError(
    `${checkpoint.path} has no gated cross-attention blocks (gated_cross_attn_layers.…), so it is no OpenFlamingo checkpoint; found ${checkpoint.names.slice(0, 3).join(', ')}, ….`,
  );
}

const depthOf = (checkpoint: WeightFile): number =>
  highestIndex(checkpoint, /^perceiver\.layers\.(\d+)\./) + 1;

/** Rows of the trained token embeddings; undefined when the checkpoint has none. */
function vocabularyOf(program: PromptProgram, checkpoint: WeightFile): number | undefined {
  const { vocabulary } = program.facts.language;
  for (const [name, { shape }] of program.parameters) {
    if (shape.length !== 2 || shape[0] !== vocabulary) continue;
    const stored = spellings(program, name).find((spelling) => checkpoint.has(spelling.name));
    if (stored !== undefined) return checkpoint.tensor(stored.name).shape[0];
  }
  return undefined;
}
