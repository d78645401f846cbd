import type { z } from 'zod';
import type { LanguageSettings } from '../../artifact/manifest.ts';
import type { MediaWayDefinition } from '../../artifact/media/way.ts';
import type { TextLayout } from '../prompt/layout.ts';
import type { SpecialTokenIds } from '../tokenizer.ts';
import type { EncodedMedia, EncodedPart, Feeds } from './encoded-media.ts';
import type { PictureStack } from './picture-stack.ts';

export type { EncodedMedia, EncodedPart, Feeds };

/** How pictures reach the text of prompts when a model runs: what is kept of a picture, and what the language graph gets. */
export interface MediaWay {
  /** Outputs of the vision graph that are kept of a picture; none for a model that is shown no pictures. */
  readonly keeps: readonly string[];
  /** Which of them is the picture by itself `[features, dim]`, as `encodeImages` gives it. */
  readonly features: string | undefined;
  /** The fewest tokens of the sequence that a picture takes. */
  readonly leastTokens: number;
  /**
   * Whether `prefill` heeds `before` of the layout's sequences, so that a long prompt can be read in pieces, between which
   * others get their turn, and that what is kept of a prompt's beginning need not be read again for another that begins
   * alike: a token's keys and values may depend on the tokens and pictures up to it alone. Default false: prompts are read whole.
   */
  readonly inPieces?: boolean;
  /**
   * Whether inputs are laid out by each sequence's `first` alone, not by its number, so that several may stand side by side in
   * one row of the batch: what these begin with in common is then looked at once for all. Default false: each has a row.
   */
  readonly sideBySide?: boolean;
  /** The tokens of the sequence that a picture takes: so often its `<image>` token stands in a prompt. */
  tokensOf(picture: EncodedMedia): number;
  /** A picture as it stands in a text, in which its `<image>` token is so often. Left out: that token alone, so often. */
  written?(picture: EncodedMedia): string;
  /**
   * Numbers of the pictures of a text that tokens behind it may look at; those alone are needed to go on from what is kept
   * of it, of the others the shapes will do. Default: all.
   */
  seenAfter?(tokens: readonly number[]): readonly number[];
  /**
   * The inputs of media for prompts, and what their continuations will see. Those that are rows of pictures may be given
   * apart, in `stack`: a device then keeps them from run to run.
   *
   * @param layout whole prompts, or where `inPieces` is true pieces of them, which go on behind `before`
   * @param media for each whole prompt its pictures, in the order of their `<image>` tokens
   */
  prefill(layout: TextLayout, media: readonly (readonly EncodedMedia[])[]): MediaInputs & { seen: SeenMedia };
}

/** Inputs of media: `feeds`, and those that are rows of pictures where these are apart. */
export interface MediaInputs {
  readonly feeds: Feeds;
  readonly stack?: PictureStack;
}

/** All of them, in memory of the process. */
export function mediaFeeds({ feeds, stack }: MediaInputs): Feeds {
  return { ...stack?.tensors, ...feeds };
}

/** What text that has been read sees, for new tokens. */
export function mediaInputs(seen: SeenMedia, layout: TextLayout): MediaInputs {
  return { feeds: seen.feeds(layout), ...(seen.stack && { stack: seen.stack }) };
}

/** What text that has been read still sees of its pictures: one row a sequence. */
export interface SeenMedia {
  /** The inputs of media for new tokens of the sequences, apart from those of `stack`. */
  feeds(layout: TextLayout): Feeds;
  /** Those that are rows of pictures, which are the same at every step. */
  readonly stack?: PictureStack;
  /** Row i becomes what row `rows[i]` was. */
  select(rows: readonly number[]): SeenMedia;
  /**
   * The rows of another of the same model behind its own, so that a request can join those that are being answered. Left
   * out: one that comes later waits until those before it are answered.
   */
  join?(other: SeenMedia): SeenMedia;
}

/** What a way needs to know of the model. */
export interface WayContext {
  readonly language: LanguageSettings;
  readonly special: SpecialTokenIds;
}

/** A way by its name; every file beside this exports one. */
export interface WayDefinition {
  readonly way: string;
  open(facts: unknown, context: WayContext): MediaWay;
}

/** A way of one's own, whole: what an artifact says of it, and how it is run. */
export interface OwnWay {
  readonly kind: 'media-way';
  readonly definition: MediaWayDefinition;
  readonly run: WayDefinition;
}

/**
 * How a way of one's own is run: the default export of the module that its definition names.
 *
 *     // ways/mine-run.js
 *     export default runMediaWay(mine, (facts, { special }) => ({ keeps: ['features'], … }));
 */
export function runMediaWay<Way extends string, Schema extends z.ZodObject<{ way: z.ZodLiteral<Way> }>>(
  definition: MediaWayDefinition<Way, Schema>,
  open: (facts: z.infer<Schema>, context: WayContext) => MediaWay,
): OwnWay {
  return Object.freeze({ kind: 'media-way', definition, run: defineWay(definition.schema, open) });
}

/** Ties a way to the schema of what the manifest says of it. */
export function defineWay<Schema extends z.ZodObject<{ way: z.ZodLiteral<string> }>>(
  schema: Schema,
  open: (facts: z.infer<Schema>, context: WayContext) => MediaWay,
): WayDefinition {
  return { way: schema.shape.way.value, open: (facts, context) => open(schema.parse(facts), context) };
}
