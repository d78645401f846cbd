import { join } from 'node:path';
import type { ReadContext } from '../benchmark.ts';
import { find } from '../files/find.ts';
import type { RawMedia } from '../item.ts';

/** Finds a data set's videos by their names: in the first of its folders that is there. */
export async function videosIn(
  context: ReadContext,
  folders: readonly string[],
): Promise<(name: string) => RawMedia> {
  const folder = await find(context, folders);
  return (name) => ({ stems: [join(folder, name)] });
}

/**
 * Finds parts of videos: a file or folder of the part alone, `NAME_BEGIN_END`, or the whole of which it is a part.
 *
 * @param within folders inside of the videos' folder in which a whole may lie; itself by default
 */
export async function clipsIn(
  context: ReadContext,
  folders: readonly string[],
): Promise<(name: string, start: number, end: number, within?: readonly string[]) => RawMedia> {
  const folder = await find(context, folders);
  return (name, start, end, within = ['']) => {
    const part = `${name}_${start}_${end}`;
    const places = within.map((inner) => join(folder, inner));
    return {
      stems: [...places.map((place) => join(place, part)), ...places.map((place) => join(place, name))],
      clip: [start, end],
    };
  };
}
