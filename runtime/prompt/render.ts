import { UserError } from '../../compiler/artifact/user-error.ts';
import type { SpecialTokens } from '../tokenizer.ts';
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
 * - Few-shot: `<image>{text}<|endofchunk|>` per example, then `<image>{text}` for the query (OpenFlamingo's form); one
 *   `<image>` per picture or video of the piece, none for text-only pieces.
 * - Dialogue: the preamble, then a line per turn, `User: <image>{text}` and `Flamingo: {text}<|endofchunk|>`, then
 *   `Flamingo:`. Every answer ends with the end-of-chunk token, so that generation stops there.
 * - Raw: as it is.
 *
 * @throws UserError where a text contains a special token (it would be read as one; only a raw prompt may have them),
 *   a dialogue does not end with the user's turn, or a raw prompt has not as many `<image>` tokens as media.
 */
export function renderPrompt(prompt: Prompt, tokens: SpecialTokens): RenderedPrompt {
  if ('turns' in prompt) return renderDialogue(prompt, tokens);
  if ('query' in prompt) return renderFewShot(prompt, tokens);
  return renderRaw(prompt, tokens);
}

function renderFewShot({ shots = [], query }: FewShotPrompt, tokens: SpecialTokens): RenderedPrompt {
  const media: Media[] = [];
  const examples = shots.map((shot, index) => {
    const text = piece(shot, shot.text, `example ${index + 1}`, media, tokens);
    return `${text}${tokens.endOfChunk}`;
  });
  const asked = piece(query, query.text ?? '', 'the query', media, tokens);
  return { text: `${examples.join('')}${asked}`, media };
}

function renderDialogue({ preamble = '', turns, names }: Dialogue, tokens: SpecialTokens): RenderedPrompt {
  const { user = 'User', assistant = 'Flamingo' } = names ?? {};
  if (turns.at(-1)?.speaker !== 'user') {
    throw new UserError(
      `The dialogue ${turns.length === 0 ? 'has no turns' : "ends with the assistant's turn"} but the answer follows a turn of the user: add one.`,
    );
  }
  checkText(user, "the user's name", tokens);
  checkText(assistant, "the assistant's name", tokens);
  checkText(preamble, 'the preamble', tokens);
  const media: Media[] = [];
  const lines = turns.map((turn, index) => {
    const text = piece(turn, turn.text, `turn ${index + 1}`, media, tokens);
    return turn.speaker === 'user' ? `${user}: ${text}` : `${assistant}: ${text}${tokens.endOfChunk}`;
  });
  const start = preamble === '' ? [] : [preamble];
  return { text: [...start, ...lines, `${assistant}:`].join('\n'), media };
}

function renderRaw({ text, media }: RawPrompt, tokens: SpecialTokens): RenderedPrompt {
  const marks = text.split(tokens.image).length - 1;
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

/** One piece of text with its `<image>` tokens before it; adds its media to the list. */
function piece(
  pictures: Pictures,
  text: string,
  where: string,
  media: Media[],
  tokens: SpecialTokens,
): string {
  checkText(text, where, tokens);
  const added = mediaOf(pictures);
  media.push(...added);
  return `${tokens.image.repeat(added.length)}${text}`;
}

function checkText(text: string, where: string, tokens: SpecialTokens): void {
  for (const token of Object.values(tokens)) {
    const place = token === null ? -1 : text.indexOf(token);
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
