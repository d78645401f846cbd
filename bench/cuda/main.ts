import { fork } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command, Option } from 'commander';
import { PROVIDERS, type Provider } from '../../artifact/provider.ts';
import { UserError } from '../../artifact/user-error.ts';
import { note, runCommand } from '../support/command.ts';
import type { Order } from './child.ts';
import { facts } from './facts.ts';
import { type Outcome, outcomeSchema, type Row } from './row.ts';
import { CUDA_ROWS } from './row-registry.ts';
import { SCALES, type Scale } from './scale.ts';
import { tableOf } from './table.ts';

interface Flags {
  readonly provider: Provider;
  readonly scale: Scale;
  readonly out: string;
  readonly models?: string;
  readonly python?: string;
  readonly again?: true;
}

/** What the others use comes first; what fails most likely, and says least of the rest, last. */
const ORDER = [
  ...['limits', 'blocks', 'models', 'families', 'decode', 'int4', 'prefill', 'vision', 'batch'],
  ...['placement', 'training-emoji', 'training-blocks'],
];

async function run(names: readonly string[], flags: Flags): Promise<void> {
  const out = resolve(flags.out);
  const results = join(out, 'results');
  await mkdir(results, { recursive: true });
  const known = await facts(flags.python);
  for (const [name, value] of Object.entries(known)) note(`${name}: ${value}`);
  const settings = `bench/cuda, provider ${flags.provider}, scale ${flags.scale}`;
  const rows = chosen(names);
  for (const [index, row] of rows.entries()) {
    const before = await outcomeOf(results, row.name);
    if (before?.problem === undefined && before !== undefined && flags.again !== true) {
      note(`${row.name}: is there already (--again measures it anew)`);
      continue;
    }
    note(`${row.name} (${index + 1} of ${rows.length}): ${row.summary}`);
    const started = performance.now();
    await runRow(row, results, flags);
    const outcome = await outcomeOf(results, row.name);
    note(
      `${row.name}: ${outcome?.problem ?? 'done'} (${((performance.now() - started) / 1000).toFixed(0)} s)`,
    );
    await writeTable();
  }
  const table = await writeTable();
  process.stdout.write(`${table}\n`);
  const outcomes = await allOutcomes(results);
  const lines = outcomes.flatMap((each) => each.lines);
  const isWell =
    outcomes.every(({ problem }) => problem === undefined) &&
    lines.every(({ aim }) => aim?.reached !== false);
  process.exitCode = isWell ? 0 : 1;

  /** After each row, so that whatever ends this process loses nothing. */
  async function writeTable(): Promise<string> {
    const outcomes = await allOutcomes(results);
    const record = { format: 1, ...{ provider: flags.provider, scale: flags.scale, facts: known, outcomes } };
    await writeFile(join(out, 'record.json'), `${JSON.stringify(record, undefined, 2)}\n`);
    const table = tableOf(outcomes, known, settings);
    await writeFile(join(out, 'table.md'), table);
    return table;
  }
}

/** Measures a row in a process of its own, which is ended when its time is up. */
async function runRow(
  row: Row,
  results: string,
  { provider, scale, out, models, python }: Flags,
): Promise<void> {
  const order: Order = {
    ...{ row: row.name, provider, scale, results, folder: resolve(models ?? join(out, 'models')) },
    ...(python !== undefined && { python }),
    found: [...(await allOutcomes(results))],
  };
  await mkdir(order.folder, { recursive: true });
  const child = fork(fileURLToPath(new URL('child.ts', import.meta.url)), [JSON.stringify(order)], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Products in float32 are products in float32: TF32 is on by itself in ONNX Runtime's provider.
    env: { ...process.env, NVIDIA_TF32_OVERRIDE: '0' },
  });
  let isLate = false;
  const watch = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, row.limit * 1000);
  const end = await new Promise<string>((settle) => {
    child.on('close', (code, signal) => settle(signal ?? `exit code ${code}`));
  });
  clearTimeout(watch);
  const written = await outcomeOf(results, row.name);
  if (end === 'exit code 0' || (end === 'exit code 1' && written?.problem !== undefined)) return;
  const problem = isLate ? `was not done after ${row.limit} s` : `its process was ended by ${end}`;
  const outcome: Outcome = {
    ...{ row: row.name, summary: row.summary, seconds: 0, lines: [], problem },
  };
  await writeFile(join(results, `${row.name}.json`), `${JSON.stringify(outcome, undefined, 2)}\n`);
}

async function allOutcomes(results: string): Promise<readonly Outcome[]> {
  const found = await Promise.all(ordered().map(({ name }) => outcomeOf(results, name)));
  return found.filter((each) => each !== undefined);
}

async function outcomeOf(results: string, name: string): Promise<Outcome | undefined> {
  const text = await readFile(join(results, `${name}.json`), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : outcomeSchema.parse(JSON.parse(text));
}

/** Every row, in the order in which they are measured. */
function ordered(): readonly Row[] {
  const place = ({ name }: Row) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
  return [...CUDA_ROWS].sort((a, b) => place(a) - place(b));
}

function chosen(names: readonly string[]): readonly Row[] {
  const all = ordered();
  const stray = names.find((name) => all.every((row) => row.name !== name));
  if (stray !== undefined)
    throw new UserError(`There is no row '${stray}'; choose from ${all.map(({ name }) => name).join(', ')}.`);
  return names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
}

const command = new Command('npm run bench:cuda --')
  .description(
    'Measures this project on a card, beside PyTorch, and holds it to its aims: one table at the end.',
  )
  .argument('[rows...]', 'rows to measure (default: all)')
  .addOption(new Option('--provider <name>', 'where').choices([...PROVIDERS]).default('cuda'))
  .addOption(
    new Option('--scale <name>', 'full: what the aims are for; small: to see that everything works')
      .choices([...SCALES])
      .default('full'),
  )
  .option(
    '--out <folder>',
    'where results are kept, and taken from when it is started again',
    'runs/bench-cuda',
  )
  .option('--models <folder>', 'where models are made (full: 16 GB; default: in --out)')
  .option('--python <path>', 'a Python with PyTorch (default: PyTorch is not measured)')
  .option('--again', 'measure rows anew that are there')
  .action(run);

await runCommand(command);
