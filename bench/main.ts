import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { UserError } from '../artifact/user-error.ts';
import { coloursFor } from '../cli/report.ts';
import type { Benchmark } from './benchmark.ts';
import { discover } from './discover.ts';
import { describeMachine } from './machine.ts';
import type { Report } from './result.ts';
import { note, runCommand } from './support/command.ts';
import { renderSection } from './table.ts';

interface Flags {
  readonly json?: string;
  readonly quick?: boolean;
  readonly threads: number;
  readonly only?: string;
}

async function run(names: readonly string[], { json, quick = false, threads, only }: Flags): Promise<void> {
  const chosen = choose(await discover(), names);
  const report: Report = { format: 1, quick, threads, machine: describeMachine(), benchmarks: [] };
  const { processor, cores, node, onnxruntime, load } = report.machine;
  note(
    `${processor}, ${cores} cores, ${threads} used (load ${load.toFixed(1)}), Node ${node}, ONNX Runtime ${onnxruntime}`,
  );
  for (const { name, summary, run } of chosen) {
    const started = performance.now();
    const sections = await run({
      ...{ quick, threads, note: (line: string) => note(`  ${name}: ${line}`) },
      ...(only !== undefined && { only }),
    });
    const seconds = (performance.now() - started) / 1000;
    report.benchmarks.push({ name, summary, seconds, sections: [...sections] });
    process.stdout.write(
      `${coloursFor(process.stdout).bold(name)}: ${summary} (${seconds.toFixed(0)} s)\n\n`,
    );
    for (const section of sections) process.stdout.write(`${renderSection(section)}\n\n`);
  }
  if (json !== undefined) {
    await mkdir(dirname(json), { recursive: true });
    await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  }
}

function choose(all: readonly Benchmark[], names: readonly string[]): readonly Benchmark[] {
  if (names.length === 0) return all.filter(({ large = false }) => !large);
  return names.map((name) => {
    const found = all.find((benchmark) => benchmark.name === name);
    if (found !== undefined) return found;
    const known = all.map((benchmark) => benchmark.name).join(', ');
    throw new UserError(`There is no benchmark '${name}'; choose from ${known}.`);
  });
}

function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,2}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a whole number from 1 was expected.');
}

const command = new Command('npm run bench --')
  .description(
    'Measures this project. Ratios are taken in turns within one run, so noise of the machine meets both sides.',
  )
  .argument('[names...]', 'benchmarks to run (default: all but the large ones)')
  .option('--json <file>', 'write the numbers too')
  .option('--quick', 'a few rounds each: to see that everything works, not to quote')
  .option(
    '--only <text>',
    "of growth the cases whose names hold this, such as 'int4: token', or of which one size, 'pictures 8'",
  )
  .option(
    '--threads <n>',
    'of ONNX Runtime; more than 1 suffer most from whatever else the machine does',
    wholeNumber,
    1,
  )
  .action(run);

await runCommand(command);
