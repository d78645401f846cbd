import { spawn } from 'node:child_process';
import { readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolder } from '../artifact/folder/make-folder.ts';
import { makePartialFolder } from '../artifact/folder/partial-folder.ts';
import { plain } from '../artifact/quoted.ts';
import { isSystemError, orRefusal } from '../artifact/system-error.ts';
import { UserError } from '../artifact/user-error.ts';

/** Frames a second at which clips are read: the paper's at test time (arXiv 2204.14198, B.1.2). */
const FRAMES_PER_SECOND = 3;
/** Of the output of ffmpeg so much is kept, for its words about an error. */
const LONGEST_OUTPUT = 2 ** 16;

export interface FrameOptions {
  /** Beginning and end in seconds; the whole by default. */
  readonly clip?: readonly [start: number, end: number] | undefined;
  /** Frames are spread evenly where a clip has more than this at three a second. */
  readonly most: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes frames of a video into a folder as JPEG files, through `ffmpeg`, which must be installed. A folder that is there
 * is taken as it is; it appears whole or not at all.
 *
 * @throws UserError where ffmpeg is not installed or cannot read the video, and the signal's reason
 */
export async function ffmpegFrames(video: string, folder: string, options: FrameOptions): Promise<void> {
  if (await hasFiles(folder)) return;
  await orRefusal(folder, () => writeFrames(video, folder, options), 'written');
}

async function writeFrames(video: string, folder: string, options: FrameOptions): Promise<void> {
  const { clip, most, signal } = options;
  signal?.throwIfAborted();
  const length = clip === undefined ? await lengthOf(video, signal) : clip[1] - clip[0];
  // Half a second at least: of a clip without length there is its first frame.
  const rate = Math.min(FRAMES_PER_SECOND, most / Math.max(length, 0.5));
  const part = clip === undefined ? [] : ['-ss', String(clip[0]), '-t', String(Math.max(length, 0.5))];
  await makeFolder(dirname(folder));
  await using partial = await makePartialFolder(folder);
  const read = (choice: readonly string[]) =>
    ffmpeg(
      [
        ...['-hide_banner', '-nostdin', '-loglevel', 'error', ...part, '-i', asFile(video)],
        ...[...choice, '-q:v', '2', join(partial.path, '%06d.jpg')],
      ],
      signal,
    );
  let { code, output } = await read(['-vf', `fps=${rate}`, '-frames:v', String(most)]);
  // A part that is shorter than the time between two frames has none at that rate.
  if (code === 0 && !(await hasFiles(partial.path))) ({ code, output } = await read(['-frames:v', '1']));
  if (code !== 0 || !(await hasFiles(partial.path))) {
    const within = clip === undefined ? '' : ` from ${clip[0]} to ${clip[1]} s`;
    const reason = plain(output.trim().split('\n').at(-1) ?? '') || `it has no frame${within}`;
    throw new UserError(
      `'${video}' cannot be read as a video by ffmpeg (${reason}): get it again, or leave it out.`,
    );
  }
  await partial.finish();
  await rename(partial.path, folder);
}

/** @throws UserError where ffmpeg is not installed, for the sake of a video that needs it */
export async function requireFfmpeg(video: string): Promise<void> {
  try {
    await ffmpeg(['-version']);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new UserError(
      `'${video}' is read through ffmpeg, which is not installed: install it, or put the frames of each video into a folder of its name without the ending.`,
    );
  }
}

/** In seconds, as ffmpeg tells it. */
async function lengthOf(video: string, signal: AbortSignal | undefined): Promise<number> {
  const { output } = await ffmpeg(['-hide_banner', '-nostdin', '-i', asFile(video)], signal);
  const [, hours, minutes, seconds] = /Duration: (\d+):(\d+):(\d+(?:\.\d+)?)/.exec(output) ?? [];
  return 3600 * Number(hours ?? 0) + 60 * Number(minutes ?? 0) + Number(seconds ?? 0);
}

/** A path that ffmpeg does not take for an address or an option. */
function asFile(path: string): string {
  return `file:${path}`;
}

async function hasFiles(folder: string): Promise<boolean> {
  return (await readdir(folder).catch(() => [])).some((name) => name.endsWith('.jpg'));
}

function ffmpeg(
  words: readonly string[],
  signal?: AbortSignal,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn('ffmpeg', [...words], {
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(signal && { signal }),
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      output = `${output}${text}`.slice(-LONGEST_OUTPUT);
    });
    child.on('error', (error) => reject(signal?.aborted ? signal.reason : error));
    child.on('close', (code) => resolve({ code, output }));
  });
}
