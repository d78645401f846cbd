import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';
import type { ImageSource } from '../images/source.ts';
import type { VideoSource } from '../video.ts';

/** What one `<image>` token stands for. */
export type Media =
  | { readonly kind: 'image'; readonly source: ImageSource }
  /** `frames`: how many are taken, see `loadFrames`. */
  | { readonly kind: 'video'; readonly source: VideoSource; readonly frames?: number };

/** The pictures of one piece of a prompt: one image, several, one video, or none (text only). */
export type Pictures =
  | { readonly image: ImageSource; readonly images?: never; readonly video?: never; readonly frames?: never }
  | {
      readonly images: readonly ImageSource[];
      readonly image?: never;
      readonly video?: never;
      readonly frames?: never;
    }
  | { readonly video: VideoSource; readonly frames?: number; readonly image?: never; readonly images?: never }
  | { readonly image?: never; readonly images?: never; readonly video?: never; readonly frames?: never };

/** An example: pictures, then the text that belongs to them, answer included. */
export type Shot<Text extends string = string, Shown extends Pictures = Pictures> = Shown & {
  readonly text: Text;
};

/** What is asked: pictures, then the text that the answer continues. */
export type Query<Text extends string = string, Shown extends Pictures = Pictures> = Shown & {
  readonly text?: Text;
};

/** Examples, then a question of the same form; the answer continues the question's text. */
export type FewShotPrompt<Shown extends Pictures = Pictures> = {
  readonly shots?: readonly Shot<string, Shown>[];
  readonly query: Query<string, Shown>;
  /** What stands after each example's end-of-chunk token. Default nothing; OpenFlamingo evaluates with a line break. */
  readonly separator?: string;
};

export type Turn<Shown extends Pictures = Pictures> = Shown & {
  readonly speaker: 'user' | 'assistant';
  readonly text: string;
};

/** A conversation whose last turn is the user's; the answer is the assistant's next turn. */
export type Dialogue<Shown extends Pictures = Pictures> = {
  /** Tells who speaks and how; stands before the first turn. Default none. */
  readonly preamble?: string;
  readonly turns: readonly Turn<Shown>[];
  /** What the speakers are called in the text; default 'User' and what the model knows, mostly 'Flamingo', as in the paper. */
  readonly names?: { readonly user: string; readonly assistant: string };
};

/**
 * A text with the special tokens written out, and what its `<image>` tokens stand for, in order. It begins with the
 * model's beginning token where it has one, written out or not.
 */
export type RawPrompt = { readonly text: string; readonly media: readonly (ImageSource | Media)[] };

/** `Shown` is what the model can be shown, where the types can tell. */
export type Prompt<Shown extends Pictures = Pictures> = FewShotPrompt<Shown> | Dialogue<Shown> | RawPrompt;

/** The media of a piece in order; each is one `<image>` token. */
export function mediaOf(pictures: Pictures): Media[] {
  if (pictures.image !== undefined) return [{ kind: 'image', source: pictures.image }];
  if (pictures.images !== undefined) return pictures.images.map((source) => ({ kind: 'image', source }));
  if (pictures.video === undefined) return [];
  const { video: source, frames } = pictures;
  return [frames === undefined ? { kind: 'video', source } : { kind: 'video', source, frames }];
}

/**
 * An example without its pictures. Flamingo's zero-shot prompts have two such examples, which show the form of the
 * answer but no picture (arXiv 2204.14198).
 *
 * @throws UserError for what is no example
 */
export function textOnly(shot: Shot): Shot {
  checkArgument('the example', schemas.shot, shot);
  return { text: shot.text };
}
