import { cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Writes a tiny data set as the benchmark publishes its own: the same files, names and fields, a few items of ours. */
export interface TestDataSet {
  readonly name: string;
  /** The split that it has beside that of the examples. */
  readonly split: string;
  /** How many items the split has that can be used, and how many there are to take examples from. */
  readonly items: number;
  readonly support: number;
  write(folder: string): Promise<void>;
}

const picture = (name: string) => fileURLToPath(new URL(`../../images/${name}`, import.meta.url));
const PICTURES = ['cat.png', 'dog.jpg', 'bicycle.png', 'apple.webp', 'tulip.jpg', 'teapot-grey.png'];

/** Puts one of our pictures into a data set, under a name of its own. */
export async function putPicture(path: string, number: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await cp(picture(PICTURES[number % PICTURES.length] ?? ''), path);
}

export async function putText(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

export function putJson(path: string, value: unknown): Promise<void> {
  return putText(path, JSON.stringify(value));
}

/** The name of a picture of COCO's. */
export function cocoPicture(split: string, id: number): string {
  return join(split, `COCO_${split}_${String(id).padStart(12, '0')}.jpg`);
}

/** Puts a video into a data set, as a folder of two frames; the path has no ending. */
export async function putFrames(path: string, number: number): Promise<void> {
  for (const frame of [1, 2]) await putPicture(join(path, `frame_00000${frame}.jpg`), number + frame);
}

/** Puts a video into a data set, as a moving GIF of a few frames. */
export async function putGif(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await cp(picture('sailing.gif'), path);
}

/** Lines of comma-separated values, the first with the names of the columns; values with commas are quoted. */
export function csv(columns: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const value = (each: string | number) =>
    /[",\n]/.test(String(each)) ? `"${String(each).replaceAll('"', '""')}"` : String(each);
  return [columns, ...rows].map((row) => `${row.map(value).join(',')}\n`).join('');
}
