import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the process that reads is told. */
export interface ChildTask {
  readonly reader: string;
  readonly seed: number;
  /** Numbers of files: from `first` to before `last`. */
  readonly first: number;
  readonly last: number;
  /** Empty, for the reader's own files. */
  readonly folder: string;
  /** A file of 8 bytes that says which file is being read. */
  readonly state: string;
  /** Write file `first` into this folder instead of reading any. */
  readonly keep?: string;
}

export type ChildMessage =
  | { readonly kind: 'ready' }
  | { readonly kind: 'counts'; readonly taken: number; readonly refused: number }
  | { readonly kind: 'finding'; readonly file: number; readonly problem: string }
  | { readonly kind: 'done' };

export interface Finding {
  readonly reader: string;
  readonly seed: number;
  readonly file: number;
  readonly problem: string;
}

export interface FuzzCounts {
  readonly files: number;
  readonly taken: number;
  readonly refused: number;
  readonly findings: readonly Finding[];
  /** Times that many files together took too much memory or time, but the last of them alone did not. */
  readonly restarts: number;
}

export interface RunOptions {
  readonly reader: string;
  readonly seed: number;
  readonly files: number;
  /** Number of the first file; default 0. */
  readonly first?: number;
  /** Folder for files that were found. Default: they are not kept. */
  readonly keep?: string;
  readonly onProgress?: (counts: FuzzCounts) => void;
}

/** Seconds of computing for one file, and seconds of waiting. A busy machine makes a process wait, not compute. */
const [MOST_COMPUTING, MOST_WAITING] = [2, 30];
/** Bytes beyond what the process took before the first file. */
const MOST_GROWTH = 300 * 2 ** 20;
/** Milliseconds between two looks at the process. */
const LOOK = 50;

/**
 * Reads files in a process of its own, and watches it: what crashes, computes for more than 2 s on one file, grows by
 * more than 300 MB, or refuses otherwise than in a sentence, is a finding. What only shows after many files is tried
 * again alone before it counts.
 */
export async function watchedRun(options: RunOptions): Promise<FuzzCounts> {
  const { reader, seed, files, first = 0, keep } = options;
  let counts: FuzzCounts = { files: 0, taken: 0, refused: 0, findings: [], restarts: 0 };
  const found = async (finding: Finding): Promise<void> => {
    counts = { ...counts, files: counts.files + 1, findings: [...counts.findings, finding] };
    if (keep !== undefined) await keepFile(finding, keep);
  };
  let next = first;
  while (next < first + files) {
    const end = await watchedChild({ reader, seed, first: next, last: first + files }, (message) => {
      if (message.kind === 'counts') {
        const { taken, refused } = message;
        counts = {
          ...counts,
          files: counts.files + taken + refused,
          taken: counts.taken + taken,
          refused: counts.refused + refused,
        };
        options.onProgress?.(counts);
      } else if (message.kind === 'finding')
        void found({ reader, seed, file: message.file, problem: message.problem });
    });
    if (end === undefined) break;
    const { file, problem } = end;
    // Those since its last report were read, but it cannot say any more with what result.
    counts = { ...counts, files: file - first };
    if (file < next) throw new Error(`the reader of ${reader} ${problem} before it read a file`);
    const alone =
      file === next ? end : await watchedChild({ reader, seed, first: file, last: file + 1 }, () => {});
    if (alone === undefined) counts = { ...counts, files: counts.files + 1, restarts: counts.restarts + 1 };
    else await found({ reader, seed, file, problem });
    next = file + 1;
  }
  return counts;
}

/** @returns why it was stopped, and at which file; undefined where it read all */
async function watchedChild(
  task: Pick<ChildTask, 'reader' | 'seed' | 'first' | 'last'>,
  onMessage: (message: ChildMessage) => void,
): Promise<{ readonly file: number; readonly problem: string } | undefined> {
  return inChild(task, async (child, state) => {
    let done = false;
    let ready: number | undefined;
    let problem: string | undefined;
    let said = '';
    let last = { file: -1, since: 0, computed: 0 };
    child.stderr?.on('data', (text) => {
      said = `${said}${text}`.slice(-2_000);
    });
    child.on('message', (message: ChildMessage) => {
      if (message.kind === 'ready') {
        const now = measure(child);
        ready = now?.bytes;
        last = { file: -1, since: Date.now(), computed: now?.computed ?? 0 };
      } else if (message.kind === 'done') done = true;
      onMessage(message);
    });
    const look = setInterval(() => {
      const now = measure(child);
      if (now === undefined || ready === undefined || problem !== undefined) return;
      const file = fileOf(state);
      if (file !== last.file) last = { file, since: Date.now(), computed: now.computed };
      if (now.bytes - ready > MOST_GROWTH)
        problem = `grew by ${Math.round((now.bytes - ready) / 2 ** 20)} MiB`;
      else if (now.computed - last.computed > MOST_COMPUTING)
        problem = `computed for more than ${MOST_COMPUTING} s`;
      else if (Date.now() - last.since > MOST_WAITING * 1000)
        problem = `waited for more than ${MOST_WAITING} s`;
      if (problem !== undefined) child.kill('SIGKILL');
    }, LOOK);
    const code = await new Promise<string>((resolve) =>
      child.on('exit', (code, signal) => resolve(`${code ?? signal}`)),
    );
    clearInterval(look);
    if (done && problem === undefined) return undefined;
    return { file: fileOf(state), problem: problem ?? `ended the process (${code}): ${said}` };
  });
}

async function keepFile({ reader, seed, file, problem }: Finding, keep: string): Promise<void> {
  mkdirSync(keep, { recursive: true });
  writeFileSync(join(keep, `${reader}-${seed}-${file}.txt`), `${problem}\n`);
  await inChild(
    { reader, seed, first: file, last: file + 1, keep },
    (child) => new Promise<void>((resolve) => child.on('exit', () => resolve())),
  );
}

async function inChild<R>(
  task: Omit<ChildTask, 'folder' | 'state'>,
  use: (child: ChildProcess, state: string) => Promise<R>,
): Promise<R> {
  const folder = mkdtempSync(join(memoryFolder(), 'fuzz-'));
  const state = join(folder, 'state');
  writeFileSync(state, Buffer.alloc(8, 0xff));
  const files = join(folder, 'files');
  mkdirSync(files);
  const child = fork(fileURLToPath(new URL('./child.ts', import.meta.url)), {
    // Little room for what is no longer used, so that growth is what is in use.
    execArgv: [
      '--import',
      'tsx',
      '--no-experimental-require-module',
      '--max-semi-space-size=8',
      '--max-old-space-size=1024',
    ],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  try {
    const sent: ChildTask = { ...task, folder: files, state };
    child.send(sent);
    return await use(child, state);
  } finally {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Files in memory are quicker. */
function memoryFolder(): string {
  try {
    const probe = mkdtempSync('/dev/shm/fuzz-');
    rmSync(probe, { recursive: true });
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

/** The number of the file that is being read; -1 before the first. */
function fileOf(state: string): number {
  const file = readFileSync(state).readDoubleLE();
  return Number.isNaN(file) ? -1 : file;
}

/** Memory, and seconds of computing so far; undefined where the system does not say, or the process has ended. */
function measure({ pid }: ChildProcess): { readonly bytes: number; readonly computed: number } | undefined {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    return { bytes: pages * 4096, computed: (Number(fields[11]) + Number(fields[12])) / 100 };
  } catch {
    return undefined;
  }
}
