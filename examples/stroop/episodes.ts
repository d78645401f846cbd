import { emptyBatch, type RowTokenizer, type TokenBatch, TokenRow } from '../emoji/batches/token-rows.ts';
import type { Random } from '../emoji/random.ts';
import { ASKED, type Asked, answerTo, exampleOf, IN_WORDS, SILENT } from './asked.ts';
import { coloured, readable } from './practice.ts';
import type { Stimulus } from './stimulus.ts';

/** Pictures of a row, and its tokens: each picture, `Output:`, an answer and its end, after a beginning. */
export const EPISODE = { pictures: 5, tokens: 26 } as const;

export interface EpisodeBatch {
  readonly text: TokenBatch;
  /** Of all rows, in their order. */
  readonly stimuli: readonly Stimulus[];
}

/**
 * Rows of pictures with questions and answers. In half of them each is asked in words, now for its colour and now for its word;
 * in the others the first answer says what all the others are asked for.
 *
 * @param tokenizer of the model, in which every word is one token
 */
export function episodes(tokenizer: RowTokenizer, rows: number, random: Random): EpisodeBatch {
  const text = emptyBatch(rows, EPISODE.tokens, tokenizer.special.padding);
  const stimuli: Stimulus[] = [];
  for (let index = 0; index < rows; index += 1) {
    const row = new TokenRow(tokenizer, EPISODE.tokens);
    const silent = random.chance(0.5);
    const shown = random.pick(ASKED);
    for (let place = 0; place < EPISODE.pictures; place += 1) {
      const asked = silent ? shown : random.pick(ASKED);
      const stimulus = silent && place === 0 ? exampleOf(asked, random) : stimulusFor(asked, random);
      stimuli.push(stimulus);
      row.add({
        pictures: [place],
        prefix: silent ? SILENT : IN_WORDS[asked],
        answer: answerTo(asked, stimulus),
        // Nobody can tell what the first is asked for.
        learnt: !silent || place > 0,
      });
    }
    row.write(text, index);
  }
  return { text, stimuli };
}

function stimulusFor(asked: Asked, random: Random): Stimulus {
  return asked === 'colour' ? coloured(random) : readable(random);
}
