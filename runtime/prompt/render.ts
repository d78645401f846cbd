import { tokensSchema } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import { checkArgument } from '../arguments/check-argument.ts';
import * as schemas from '../arguments/schemas.ts';
import type { DialogueForm, SpecialTokens } from '../tokenizer.ts';
import type { Examples } from './examples.ts';
import {
  type Dialogue,
  type FewShotPrompt,
  type Media,
  mediaOf,
  type Pictures,
  type Prompt,
  type RawPrompt,
} from './prompt.ts';

/** A prompt's text with special tokens, and what each of its `<image>` tokens stands for, in order: as many of both. */
export type RenderedPrompt = { readonly text: string; readonly media: readonly Media[] };

/**
 * Writes a prompt out as the model reads it. The `beginning` token is not part of the text: `encodePrompt` adds it.
 *
 * - Few-shot: `<image>{text}<|endofchunk|>` and the separator per example, then `<image>{text}` for the query (OpenFlamingo's form); one
 *   `<image>` per picture or video of the piece, none for text-only pieces. A model without an end-of-chunk token has the
 *   separator in its place, or else a line break.
 * - Dialogue: the preamble, then a line per turn, `User: <image>{text}` and `Flamingo: {text}<|endofchunk|>`, then
 *   `Flamingo:`; names and what stands between turns are the model's. Every answer ends with the end-of-chunk token, so that generation stops there.
 * - Raw: as it is.
 *
 * A model with a token around images has it before, between and after the images of a piece, and neither spaces around
 * the text nor one between the speaker and an image, as Idefics' processor and examples have it.
 *
 * @param form default: the Flamingo paper's
 * @throws UserError where a text contains a special token (it would be read as one; only a raw prompt may have them),
 *   a dialogue does not end with the user's turn, or a raw prompt has not as many `<image>` tokens as media.
 */
export function renderPrompt(
  prompt: Prompt,
  tokens: SpecialTokens,
  form: DialogueForm = PAPER_DIALOGUE,
): RenderedPrompt {
  checkArgument('the prompt', schemas.promptOf(prompt), prompt);
  checkArgument('the special tokens', tokensSchema, tokens);
  checkArgument('the form of dialogues', schemas.dialogueForm, form);
  if ('turns' in prompt) return renderDialogue(prompt, tokens, form);
  if ('query' in prompt) return renderFewShot(prompt, tokens);
  return renderRaw(prompt, tokens);
}

const PAPER_DIALOGUE: DialogueForm = { assistant: 'Flamingo', userTurnsEnd: false, tuned: false };

function renderFewShot(
  { shots = [], query, separator = '' }: FewShotPrompt,
  tokens: SpecialTokens,
): RenderedPrompt {
  const media: Media[] = [];
  checkText(separator, 'the separator', tokens);
  const end = tokens.endOfChunk === null ? separator || '\n' : `${tokens.endOfChunk}${separator}`;
  const examples = shots.map((shot, index) => {
    const text = piece(shot, shot.text, `example ${index + 1}`, media, tokens);
    return `${text}${end}`;
  });
  const asked = piece(query, query.text ?? '', 'the query', media, tokens);
  return { text: `${examples.join('')}${asked}`, media };
}

function renderDialogue(dialogue: Dialogue, tokens: SpecialTokens, form: DialogueForm): RenderedPrompt {
  const { turns, names } = dialogue;
  if (turns.at(-1)?.speaker !== 'user') {
    throw new UserError(
      `The dialogue ${turns.length === 0 ? 'has no turns' : "ends with the assistant's turn"} but the answer follows a turn of the user: add one.`,
    );
  }
  const { lines, media } = renderTurns(dialogue, tokens, form);
  return { text: [...lines, `${names?.assistant ?? form.assistant}:`].join(betweenTurns(form)), media };
}

const betweenTurns = (form: DialogueForm): string => form.betweenTurns ?? '\n';

/** The preamble and a line for each turn. */
function renderTurns(
  { preamble = '', turns, names }: Dialogue,
  tokens: SpecialTokens,
  form: DialogueForm,
): { lines: readonly string[]; media: readonly Media[] } {
  const { user = form.user ?? 'User', assistant = form.assistant } = names ?? {};
  checkText(user, "the user's name", tokens);
  checkText(assistant, "the assistant's name", tokens);
  checkText(preamble, 'the preamble', tokens);
  const media: Media[] = [];
  const lines = turns.map((turn, index) => {
    const text = piece(turn, turn.text, `turn ${index + 1}`, media, tokens, form.afterImages);
    const ofUser = turn.speaker === 'user';
    const joins = tokens.aroundImages !== undefined || form.spaceBeforeImages === false;
    const space = joins && mediaOf(turn).length > 0 ? '' : ' ';
    const end = ofUser && !form.userTurnsEnd ? '' : (tokens.endOfChunk ?? '');
    return `${ofUser ? user : assistant}:${space}${text}${end}`;
  });
  return { lines: [...(preamble === '' ? [] : [preamble]), ...lines], media };
}

/**
 * What every prompt of a task begins with, as the model reads it: the text of `renderPrompt` begins with it, whatever is asked.
 *
 * @throws UserError as `renderPrompt`, and for a dialogue that ends with the user's turn
 */
export function renderExamples(
  examples: Examples,
  tokens: SpecialTokens,
  form: DialogueForm = PAPER_DIALOGUE,
): RenderedPrompt {
  if ('shots' in examples) return renderFewShot({ ...examples, query: {} }, tokens);
  if (examples.turns.at(-1)?.speaker === 'user') {
    throw new UserError(
      "The dialogue that is prepared ends with the user's turn but a question follows as the next one: end it with the assistant's answer.",
    );
  }
  const { lines, media } = renderTurns(examples, tokens, form);
  return { text: lines.map((line) => `${line}${betweenTurns(form)}`).join(''), media };
}

function renderRaw({ text, media }: RawPrompt, tokens: SpecialTokens): RenderedPrompt {
  if (tokens.image === null && media.length > 0) throw noPictures('the prompt');
  const marks = tokens.image === null ? 0 : text.split(tokens.image).length - 1;
  if (marks !== media.length) {
    throw new UserError(
      `The prompt's text has ${count(marks, `'${tokens.image}' token`)} but ${count(media.length, 'image')} came with it: write one '${tokens.image}' for each image, where it belongs.`,
    );
  }
  return {
    text,
    media: media.map((item) =>
      typeof item === 'string' || item instanceof Uint8Array ? { kind: 'image', source: item } : item,
    ),
  };
}

/**
 * One piece of text with its `<image>` tokens before it; adds its media to the list.
 *
 * @param afterImages stands between the two, where there are pictures
 */
function piece(
  pictures: Pictures,
  text: string,
  where: string,
  media: Media[],
  tokens: SpecialTokens,
  afterImages = '',
): string {
  checkText(text, where, tokens);
  const added = mediaOf(pictures);
  if (tokens.image === null) {
    if (added.length > 0) throw noPictures(where);
    return text;
  }
  media.push(...added);
  const around = tokens.aroundImages;
  const between = added.length === 0 ? '' : afterImages;
  if (around === undefined) return `${tokens.image.repeat(added.length)}${between}${text}`;
  const images = added.length === 0 ? '' : around + `${tokens.image}${around}`.repeat(added.length);
  return `${images}${between}${text.replace(/^ +| +$/g, '')}`;
}

function noPictures(where: string): UserError {
  return new UserError(
    `A picture came with ${where} but the model reads text alone: leave pictures out, or load a model that is shown them.`,
  );
}

function checkText(text: string, where: string, tokens: SpecialTokens): void {
  const { image, endOfChunk, padding, beginning, afterBeginning = [], end, aroundImages } = tokens;
  for (const token of [image, endOfChunk, padding, beginning, ...afterBeginning, end, aroundImages]) {
    const place = token === null || token === undefined ? -1 : text.indexOf(token);
    if (place >= 0) {
      throw new UserError(
        `The text of ${where} has '${token}' at character ${place}, which the model would read as a special token: leave it out, or write the whole prompt as a raw one.`,
      );
    }
  }
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
