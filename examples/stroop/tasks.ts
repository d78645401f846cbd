import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Random } from '../emoji/random.ts';
import { type Asked, answerTo, exampleOf, IN_WORDS, SILENT } from './asked.ts';
import { drawStimulus, PICTURE_SIZE, type Stimulus } from './stimulus.ts';
import { COLOUR_NAMES, NON_WORDS } from './words.ts';

/** How the word and its ink go together (Stroop 1935): neutral is a word for a colour in black. */
export type Congruence = 'congruent' | 'incongruent' | 'non-word' | 'neutral';

/** What is measured: a question about a kind of stimuli. */
export interface Cell {
  readonly asked: Asked;
  readonly congruence: Congruence;
}

/** Non-words cannot be read, and black is none of the colours. */
export const CELLS: readonly Cell[] = [
  { asked: 'colour', congruence: 'non-word' },
  { asked: 'colour', congruence: 'congruent' },
  { asked: 'colour', congruence: 'incongruent' },
  { asked: 'word', congruence: 'neutral' },
  { asked: 'word', congruence: 'congruent' },
  { asked: 'word', congruence: 'incongruent' },
];

/** As the tables call it. */
export function cellName({ asked, congruence }: Cell): string {
  return `${asked}, ${congruence}`;
}

/** Examples that a task has, and the numbers of them that are tried; without any it is asked in words. */
const SHOTS = 4;
export const SHOTS_TRIED = [2, SHOTS] as const;

/** The files of a test. */
export interface StroopTasks {
  /** Tasks without examples, asked in words. */
  readonly inWords: string;
  /** The same with examples, which alone say what is asked. */
  readonly byExamples: string;
  /** What each task shows, by its id, which is the same in both. */
  readonly shown: ReadonlyMap<string, Stimulus>;
}

/**
 * Writes the test as two files of tasks with their pictures: what is asked in words, and the same by examples. Examples of the
 * colour are of what is no word for one, those of the word of words that name none: that they ask for the one or the other is
 * all they say.
 *
 * @param count tasks of each cell, in as many of each colour
 * @param noise standard deviation of what is added to every value of every picture, from 0 to 255; default 0
 */
export async function writeStroopTasks(
  folder: string,
  {
    count = 96,
    seed = 1,
    noise = 0,
  }: { readonly count?: number; readonly seed?: number; readonly noise?: number } = {},
): Promise<StroopTasks> {
  await mkdir(join(folder, 'pictures'), { recursive: true });
  const shown = new Map<string, Stimulus>();
  const [inWords, byExamples]: [string[], string[]] = [[], []];
  let pictures = 0;
  const put = async (stimulus: Stimulus, random: Random): Promise<string> => {
    pictures += 1;
    const path = join('pictures', `${pictures}.png`);
    const raw = { width: PICTURE_SIZE, height: PICTURE_SIZE, channels: 3 } as const;
    const drawn = drawStimulus(stimulus, random);
    await sharp(noise > 0 ? noisy(drawn, noise, random) : drawn, { raw })
      .png()
      .toFile(join(folder, path));
    return path;
  };
  for (const [place, cell] of CELLS.entries()) {
    for (let index = 0; index < count; index += 1) {
      const random = new Random(seed, 40_000 + place, index);
      const stimulus = stimulusOf(cell, index, random);
      const id = `${cellName(cell).replaceAll(/\W+/g, '-')}-${index}`;
      const shots: object[] = [];
      for (const shot of Array.from({ length: SHOTS }, () => exampleOf(cell.asked, random))) {
        shots.push({ image: await put(shot, random), text: `${SILENT} ${answerTo(cell.asked, shot)}` });
      }
      const asked = {
        ...{ id, kind: cellName(cell), image: await put(stimulus, random) },
        ...{ choices: COLOUR_NAMES, answers: [answerTo(cell.asked, stimulus)] },
      };
      // Where examples show none, the space before an answer has to be said.
      inWords.push(JSON.stringify({ ...asked, text: `${IN_WORDS[cell.asked]} ` }));
      byExamples.push(JSON.stringify({ ...asked, shots, text: SILENT }));
      shown.set(id, stimulus);
    }
  }
  const files = { inWords: join(folder, 'in-words.jsonl'), byExamples: join(folder, 'by-examples.jsonl') };
  await writeFile(files.inWords, `${inWords.join('\n')}\n`);
  await writeFile(files.byExamples, `${byExamples.join('\n')}\n`);
  return { ...files, shown };
}

/** The pixels with noise of a normal distribution, each value by itself (Box and Muller 1958). */
function noisy(pixels: Uint8Array, deviation: number, random: Random): Uint8Array {
  return pixels.map((value) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random.unit())) * Math.cos(2 * Math.PI * random.unit());
    return Math.max(0, Math.min(255, Math.round(value + deviation * normal)));
  });
}

function stimulusOf({ congruence }: Cell, index: number, random: Random): Stimulus {
  const colour = COLOUR_NAMES[index % COLOUR_NAMES.length] ?? random.pick(COLOUR_NAMES);
  switch (congruence) {
    case 'non-word':
      return { word: random.pick(NON_WORDS), ink: colour };
    case 'congruent':
      return { word: colour, ink: colour };
    case 'incongruent':
      return { word: random.pick(COLOUR_NAMES.filter((name) => name !== colour)), ink: colour };
    case 'neutral':
      return { word: colour, ink: 'black' };
  }
}
