import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { PROVIDERS } from '../../artifact/provider.ts';
import { UserError } from '../../artifact/user-error.ts';
import { Peer } from './peer.ts';
import { type Line, type Outcome, outcomeSchema } from './row.ts';
import { CUDA_ROWS } from './row-registry.ts';
import { SCALES } from './scale.ts';

/** What a row's process is told: its only argument, as JSON. */
export const orderSchema = z.strictObject({
  row: z.string(),
  provider: z.enum(PROVIDERS),
  scale: z.enum(SCALES),
  /** Where models are made. */
  folder: z.string(),
  /** Where the outcome is written, as `ROW.json`. */
  results: z.string(),
  /** A Python with PyTorch; left out: it is not measured. */
  python: z.string().optional(),
  /** Outcomes of rows before. */
  found: z.array(outcomeSchema),
});

export type Order = z.infer<typeof orderSchema>;

/** The process of one row: whatever becomes of it, the others go on. */
async function main(): Promise<void> {
  const order = orderSchema.parse(JSON.parse(process.argv[2] ?? '{}'));
  const row = CUDA_ROWS.find(({ name }) => name === order.row);
  if (row === undefined) throw new Error(`there is no row '${order.row}'`);
  const note = (line: string) => void process.stderr.write(`  ${row.name}: ${line}\n`);
  const started = performance.now();
  const outcome = (rest: Pick<Outcome, 'lines' | 'problem'>): Outcome => ({
    ...{ row: row.name, summary: row.summary, seconds: (performance.now() - started) / 1000 },
    ...rest,
  });
  let result: Outcome;
  let peer: Peer | undefined;
  try {
    peer = row.hasPeer ? await openPeer(order, note) : undefined;
    const { provider, scale, folder } = order;
    const found = new Map(order.found.map((each) => [each.row, each.lines]));
    const lines = await row.run({ provider, scale, folder, peer, found, note });
    result = outcome({ lines: scale === 'full' ? [...lines] : lines.map(withoutSpeed) });
  } catch (error) {
    const isOurs = error instanceof UserError || !(error instanceof Error);
    if (!isOurs) note(error.stack ?? '');
    const problem = error instanceof Error ? error.message : String(error);
    result = outcome({ lines: [], problem: problem.replaceAll(/\s+/g, ' ') });
  }
  await writeFile(join(order.results, `${row.name}.json`), `${JSON.stringify(result, undefined, 2)}\n`);
  await peer?.[Symbol.asyncDispose]();
  // Sessions that a row left open when it failed would keep the process.
  process.exit(result.problem === undefined ? 0 : 1);
}

/** Aims of speed are for the full scale. */
function withoutSpeed({ aim, ...line }: Line): Line {
  return SPEEDS.has(line.unit) || aim === undefined ? line : { ...line, aim };
}

const SPEEDS: ReadonlySet<string> = new Set(['ms', 'times', '%']);

/** PyTorch's side is left out where it does not start; the row is measured all the same. */
async function openPeer(
  { python, provider }: Order,
  note: (line: string) => void,
): Promise<Peer | undefined> {
  if (python === undefined) return undefined;
  try {
    const peer = await Peer.open(python, provider === 'cuda' ? 'cuda' : 'cpu');
    note(`PyTorch ${peer.version} on ${peer.device}`);
    return peer;
  } catch (error) {
    note(`without PyTorch: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

if (process.argv[2] !== undefined) await main();
