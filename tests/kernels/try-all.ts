import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ChildOrder, ChildReport } from './child.ts';
import type { TriedCase } from './try-case.ts';

/** A case that takes longer has hung, in milliseconds. */
const LONGEST = 60_000;

/** Runs every case on a provider, in a process of their own, which begins again behind a case that ends it. */
export async function tryAll(
  order: Omit<ChildOrder, 'first'>,
  environment: Readonly<Record<string, string>>,
  onCase: (done: number) => void,
): Promise<readonly TriedCase[]> {
  const tried: TriedCase[] = [];
  for (let first = 0; ; ) {
    const begun = await tryFrom({ ...order, first }, environment, (each) => onCase(tried.push(each)));
    if (begun === undefined) return tried;
    tried.push({ name: begun.name, nodes: [], problem: `the process ended (${begun.end})` });
    first = begun.index + 1;
  }
}

/** @returns the case that ended the process; undefined where it came to the end */
async function tryFrom(
  order: ChildOrder,
  environment: Readonly<Record<string, string>>,
  onCase: (tried: TriedCase) => void,
): Promise<{ index: number; name: string; end: string } | undefined> {
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [JSON.stringify(order)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, ...environment },
  });
  let written = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written = (written + text).slice(-2_000);
  });
  let current: { index: number; name: string } | undefined;
  let isDone = false;
  // A device may hang as well.
  const hangs = () => child.kill('SIGKILL');
  let watch = setTimeout(hangs, LONGEST);
  child.on('message', (report: ChildReport) => {
    clearTimeout(watch);
    watch = setTimeout(hangs, LONGEST);
    if (report.kind === 'begins') current = report;
    else if (report.kind === 'tried') onCase(report.tried);
    else isDone = true;
  });
  const end = await new Promise<string>((resolve) => {
    child.on('close', (code, signal) => resolve(`${signal ?? `exit ${code}`}`));
  });
  clearTimeout(watch);
  if (isDone) return undefined;
  if (current === undefined) throw new Error(`the process that runs the cases does not start: ${written}`);
  return { ...current, end };
}
