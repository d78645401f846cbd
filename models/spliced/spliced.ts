import type { Precision } from '../../dsl/index.ts';
import {
  atCallSite,
  type CheckedEntry,
  type Complete,
  type DialogueForm,
  type Dim,
  type Draft,
  frozen,
  input,
  isSlot,
  type Marked,
  type ModelTokens,
  type PictureText,
  PRECISIONS,
  program,
  rearrange,
  refuseUnknownOptions,
  requireOptions,
  type Slot,
  type SlotFunction,
  type Tensor,
  type TileGrid,
  unmarked,
  type VisionLanguageProgram,
} from '../../dsl/index.ts';
import { languageGraph } from '../media/language-graph.ts';
import { KNOWN_PICTURE_TEXT, splicedFacts, splicedMedia } from '../media/spliced.ts';
import { bufferNames } from '../shared/buffer-names.ts';
import { DEFAULT_TOKENS, KNOWN_DIALOGUE, KNOWN_TOKENS, languageFacts } from '../shared/language-facts.ts';
import type { LanguageModel } from '../shared/language-model.ts';
import { keptIn } from '../shared/part-precision.ts';
import { requirePart } from '../shared/require-part.ts';
import type { WidthIn } from '../shared/slot-types.ts';
import type { VisionEncoder } from '../shared/vision-encoder.ts';
import type { Connector, MadeConnector } from './connector.ts';
import { type ConnectorPlace, type ConnectorProblem, connectorIn } from './connector-slot.ts';

export interface SplicedOptions {
  readonly name: string;
  /** Frozen, unless it is marked `unfrozen(...)`. */
  readonly vision: VisionEncoder | Marked<VisionEncoder>;
  /**
   * `mlpConnector()`, `resamplerConnector({ latents })`, or a block of one's own that takes `'images places vision'` or
   * `'images frames tokens vision'` and gives `'images features dim'` (`ConnectorPlace`).
   */
  readonly connector: Connector | Slot<ConnectorPlace>;
  /** Frozen, unless it is marked `unfrozen(...)`. */
  readonly language: LanguageModel | Marked<LanguageModel>;
  /** The most frames that a video may have at run time. Default 1: still images. */
  readonly longestVideo?: number;
  /**
   * Most tiles that a picture is cut into, so that small things stay large enough to be seen: each becomes as many
   * tokens as a picture would, and so does the whole picture, which follows them. Default: pictures are not cut.
   */
  readonly tiles?: number;
  /** How they lie; `filled` needs a `longestEdge` in the encoder's preprocessing. Default `nearest`. */
  readonly tileGrid?: TileGrid;
  /** What is written around a picture and its tiles. Default: nothing. */
  readonly pictureText?: PictureText;
  /** How the weights of parts are kept, whatever `--precision` says of the rest. */
  readonly precision?: {
    readonly vision?: Precision;
    readonly connector?: Precision;
    readonly language?: Precision;
  };
  /** How dialogues are written out. Default: as in the Flamingo paper, and a lone question is asked without one. */
  readonly dialogue?: DialogueForm;
  /** Texts of the special tokens; default `<image>`, `<|endofchunk|>`, `<PAD>`, `<s>`, `</s>`. */
  readonly tokens?: Partial<ModelTokens>;
}

/** What a model with spliced images is made of. */
export interface SplicedParts {
  readonly vision: VisionEncoder;
  /** With its options, for the record. */
  readonly connector: MadeConnector & Pick<Connector, 'options' | 'checkpointNames'>;
  readonly language: LanguageModel;
  /** The tree that names the parameters: `connector.layers.0.weight`. The vision encoder and the language model are frozen. */
  readonly tree: object;
}

/** The parts of a model with spliced images, to be compiled (`spliced`) or trained (`splicedLogits`). */
export function splicedParts(options: Omit<SplicedOptions, 'name' | 'tokens' | 'dialogue'>): SplicedParts {
  const { precision = {} } = options;
  requirePart('spliced', 'vision', options.vision);
  requirePart('spliced', 'language', options.language);
  if (!isSlot(options.connector)) requirePart('spliced', 'connector', options.connector);
  const [vision, language] = [unmarked(options.vision), unmarked(options.language)];
  const connector = connectorIn(options.connector, {
    vision: vision.dim,
    language: language.dim,
    tokens: vision.tokens,
    frames: framesOf(options),
  });
  const tree = {
    vision: frozen(keptIn(precision.vision, options.vision)),
    connector: keptIn(precision.connector, connector.part),
    language: frozen(keptIn(precision.language, options.language)),
  };
  return { vision, connector, language, tree };
}

/** The options with a sentence in the place of each that cannot be. */
type CheckedSpliced<O> = {
  [K in keyof O]: [K, O[K]] extends ['connector', SlotFunction]
    ? [ConnectorProblem<O[K], WidthIn<O, 'vision'>, WidthIn<O, 'language'>>] extends [never]
      ? O[K]
      : ConnectorProblem<O[K], WidthIn<O, 'vision'>, WidthIn<O, 'language'>>
    : CheckedEntry<'spliced', SplicedOptions, [], O, K>;
} & Complete<'spliced', SplicedOptions, O>;

/**
 * A frozen vision encoder whose features a connector turns into tokens of a frozen language model: they stand in the
 * text where its `<image>` token does, as many for a picture as the connector makes (LLaVA, arXiv 2304.08485). The
 * language model is as it was: every layer attends to pictures as to text.
 *
 *     export default spliced({
 *       name: 'my-llava',
 *       vision: clipVit({ ... }),
 *       connector: mlpConnector(),
 *       language: llama({ ... }),
 *     });
 *
 * @throws ModelError for an unknown option, or where a connector gives features of another width
 */
export function spliced<const O extends Draft<SplicedOptions>>(
  options: CheckedSpliced<O>,
): VisionLanguageProgram;
export function spliced<O extends SplicedOptions>(given: O): VisionLanguageProgram {
  const options: SplicedOptions = given;
  refuseUnknownOptions(spliced, options, {
    ...{
      name: 'a text',
      vision: true,
      connector: true,
      language: true,
      longestVideo: 'a whole number from 1 on',
      tiles: 'a whole number from 1 on',
      tileGrid: ['nearest', 'filled'],
    },
    precision: { vision: PRECISIONS, connector: PRECISIONS, language: PRECISIONS },
    pictureText: KNOWN_PICTURE_TEXT,
    tokens: KNOWN_TOKENS,
    dialogue: KNOWN_DIALOGUE,
  });
  requireOptions(spliced, options, ['name', 'vision', 'connector', 'language']);
  const { longestVideo = 1, tiles, tileGrid } = options;
  return atCallSite(() => {
    const { vision, connector, language, tree } = splicedParts(options);
    const pixels = input('pixels', 'float32', ['images', framesOf(options), 3, vision.image, vision.image]);
    const features = connector.connect(pictureFeatures(vision, pixels));
    return program({
      name: options.name,
      parts: tree,
      graphs: {
        vision: { name: 'vision', inputs: { pixels }, outputs: { features } },
        language: languageGraph(language, splicedMedia(language.dim)),
      },
      checkpointNames: [
        ...vision.checkpointNames,
        ...(connector.checkpointNames ?? []),
        ...language.checkpointNames,
        ...bufferNames,
      ],
      facts: {
        options: {
          vision: { family: vision.family, ...vision.options },
          connector: connector.options,
          language: { family: language.family, ...language.options },
        },
        image: {
          ...{ size: vision.image, ...vision.preprocessing, maxFrames: longestVideo },
          ...(tiles !== undefined && { tiles, ...(tileGrid && { tileGrid }) }),
        },
        language: languageFacts(language, { ...DEFAULT_TOKENS, ...options.tokens }, options.dialogue),
        media: splicedFacts(connector.features, language.dim, options.pictureText),
      },
    });
  }, spliced);
}

/** Frames of a picture or video, tiles among them: 1 where there never are others. */
function framesOf({ longestVideo = 1, tiles }: Pick<SplicedOptions, 'longestVideo' | 'tiles'>): Dim {
  return longestVideo === 1 && tiles === undefined ? 1 : 'frames';
}

/** Pixels `[images, frames, 3, size, size]` to features `[images, frames, tokens, dim]`. */
function pictureFeatures(vision: VisionEncoder, pixels: Tensor): Tensor {
  const [images = 1, frames = 1] = pixels.shape;
  const features = vision.encode(rearrange(pixels, 'images frames c h w -> (images frames) c h w'));
  return rearrange(features, '(images frames) tokens dim -> images frames tokens dim', { images, frames });
}
