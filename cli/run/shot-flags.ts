import { stat } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { UserError } from '../../artifact/user-error.ts';
import type { Pictures, Shot } from '../../runtime/prompt/prompt.ts';
import { wholeNumber } from '../command.ts';
import { parseShot, type ShotWords } from '../shot-words.ts';

/** The options that say which examples stand before a question. */
export interface ShotFlags {
  readonly shot?: readonly ShotWords[];
  readonly frames?: number;
}

export function addShotOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--shot <image> <text>',
        'an example: a picture or video and its text, answer included; may repeat',
      ).argParser((words: string, earlier: readonly ShotWords[] = []) => [...earlier, parseShot(words)]),
    )
    .addOption(
      new Option(
        '--shot-text <text>',
        'an example without its picture, as in zero-shot prompts; may repeat',
      ).argParser(String),
    )
    .option(
      '--frames <n>',
      'frames taken of each video, evenly spaced (default: all, or as many as the model takes)',
      wholeNumber(1),
    );
}

/** The examples that were given. What is wrong with a file is said where it is read. */
export async function shotsOf({ shot = [], frames }: ShotFlags): Promise<Shot[]> {
  const shots: Shot[] = [];
  for (const { image, text } of shot)
    shots.push({ ...(image === undefined ? {} : await picturesOf([image], frames)), text });
  return shots;
}

/** One picture, several, or one video. */
export async function picturesOf(files: readonly string[], frames: number | undefined): Promise<Pictures> {
  const [first] = files;
  const videos: string[] = [];
  for (const file of files) if (await isVideo(file)) videos.push(file);
  const [video] = videos;
  if (video !== undefined) {
    if (files.length === 1) return frames === undefined ? { video } : { video, frames };
    throw new UserError(`${video} is a video, which cannot stand beside other pictures: give it alone.`);
  }
  return files.length === 1 && first !== undefined ? { image: first } : { images: files };
}

async function isVideo(file: string): Promise<boolean> {
  const status = await stat(file).catch(() => undefined);
  if (status?.isDirectory() === true) return true;
  const { mayMove } = await import('../../runtime/images/may-move.ts');
  if (!(await mayMove(file).catch(() => false))) return false;
  const { filePictures } = await import('../../runtime/images/file-pictures.ts');
  const header = await filePictures.readHeader(file, 'shown').catch(() => undefined);
  return header !== undefined && header.frames > 1;
}
