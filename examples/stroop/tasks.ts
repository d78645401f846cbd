import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../emoji/random.ts';
import { type Asked, answerTo, colouredText, SILENT } from './asked.ts';
import { drawStimulus, PICTURE_SIZE, type Stimulus } from './stimulus.ts';
import { COLOUR_NAMES, NON_WORDS, ORDINARY_WORDS } from './words.ts';

/** How the word and its colour go together (Stroop 1935). */
export type Congruence = 'congruent' | 'incongruent' | 'non-word';

/** What is measured: a question about a kind of stimuli. */
export interface Cell {
  readonly asked: Asked;
  readonly congruence: Congruence;
}

/** Non-words cannot be read. */
export const CELLS: readonly Cell[] = [
  { asked: 'colour', congruence: 'congruent' },
  { asked: 'colour', congruence: 'incongruent' },
  { asked: 'colour', congruence: 'non-word' },
  { asked: 'word', congruence: 'congruent' },
  { asked: 'word', congruence: 'incongruent' },
];

/** As the tables call it. */
export function cellName({ asked, congruence }: Cell): string {
  return `${asked}, ${congruence}`;
}

/** Examples that a task has. */
export const SHOTS = 3;

/**
 * Writes the test as a file of tasks, `tasks.jsonl`, with its pictures. Examples of the colour are of what is no word for one,
 * those of the word of words that name none: that they ask for the one or the other is all they say.
 *
 * @param count tasks of each cell, in as many of each colour
 * @returns what each task shows, by its id
 */
export async function writeStroopTasks(
  folder: string,
  { count = 96, seed = 1 }: { readonly count?: number; readonly seed?: number } = {},
): Promise<ReadonlyMap<string, Stimulus>> {
  await mkdir(join(folder, 'pictures'), { recursive: true });
  const shown = new Map<string, Stimulus>();
  const lines: string[] = [];
  let pictures = 0;
  const put = async (stimulus: Stimulus, random: Random): Promise<string> => {
    pictures += 1;
    const path = join('pictures', `${pictures}.png`);
    const raw = { width: PICTURE_SIZE, height: PICTURE_SIZE, channels: 3 } as const;
    await sharp(drawStimulus(stimulus, random), { raw }).png().toFile(join(folder, path));
    return path;
  };
  for (const [place, cell] of CELLS.entries()) {
    for (let index = 0; index < count; index += 1) {
      const random = new Random(seed, 40_000 + place, index);
      const stimulus = stimulusOf(cell, index, random);
      const id = `${cellName(cell).replaceAll(/\W+/g, '-')}-${index}`;
      const shots = Array.from({ length: SHOTS }, () => exampleOf(cell.asked, random));
      const examples: object[] = [];
      for (const shot of shots) {
        examples.push({ image: await put(shot, random), text: `${SILENT} ${answerTo(cell.asked, shot)}` });
      }
      const image = await put(stimulus, random);
      const answers = [answerTo(cell.asked, stimulus)];
      const line = {
        id,
        kind: cellName(cell),
        shots: examples,
        image,
        text: SILENT,
        choices: COLOUR_NAMES,
        answers,
      };
      lines.push(JSON.stringify(line));
      shown.set(id, stimulus);
    }
  }
  await writeFile(join(folder, 'tasks.jsonl'), `${lines.join('\n')}\n`);
  return shown;
}

function stimulusOf({ congruence }: Cell, index: number, random: Random): Stimulus {
  const colour = COLOUR_NAMES[index % COLOUR_NAMES.length] ?? random.pick(COLOUR_NAMES);
  if (congruence === 'non-word') return { word: random.pick(NON_WORDS), colour };
  if (congruence === 'congruent') return { word: colour, colour };
  return { word: random.pick(COLOUR_NAMES.filter((name) => name !== colour)), colour };
}

function exampleOf(asked: Asked, random: Random): Stimulus {
  const word = asked === 'word' ? random.pick(ORDINARY_WORDS) : colouredText(random);
  return { word, colour: random.pick(COLOUR_NAMES) };
}
