import { Argument, Command } from 'commander';
import { wholeNumber } from '../../cli/command.ts';
import { readerNames } from './load-readers.ts';
import { type Finding, watchedRun } from './watched-run.ts';

/**
 * `npm run fuzz`: every reader of files on damaged and hostile ones, each reader in a process that is watched. Linux
 * alone tells how much memory and time a process takes.
 *
 *     npm run fuzz -- --files 1000000 --seed 1 weights pickles
 */
const names = readerNames();
const program = new Command('fuzz')
  .addArgument(new Argument('[reader...]', 'whose files to read; default: all').choices(names))
  .option('--files <n>', 'files in all, the same number for each reader', wholeNumber(1), 100_000)
  .option('--seed <n>', 'the same seed makes the same files', wholeNumber(0), 1)
  .option('--first <n>', 'number of the first file', wholeNumber(0), 0)
  .option('--keep <folder>', 'where files are kept that were found', '.fuzz')
  .parse();
const { files, seed, first, keep } = program.opts<{
  files: number;
  seed: number;
  first: number;
  keep: string;
}>();
const readers = program.args.length > 0 ? program.args : names;

const findings: Finding[] = [];
let total = 0;
for (const reader of readers) {
  const started = performance.now();
  let shown = started;
  const line = ({ files, taken, refused, findings, restarts }: Awaited<ReturnType<typeof watchedRun>>) =>
    `${reader.padEnd(12)}${files} files, ${taken} taken, ${refused} refused, ${findings.length} findings, ${restarts} restarts, ${Math.round((1000 * files) / (performance.now() - started))} a second`;
  const counts = await watchedRun({
    ...{ reader, seed, first, keep },
    files: Math.ceil(files / readers.length),
    onProgress(counts) {
      if (performance.now() - shown < 10_000) return;
      shown = performance.now();
      console.error(`  ${line(counts)}`);
    },
  });
  console.log(line(counts));
  total += counts.files;
  findings.push(...counts.findings);
}
console.log(
  `${total} files, ${findings.length} findings${findings.length === 0 ? '' : `, kept in ${keep}:`}`,
);
for (const { reader, file, problem } of findings)
  console.log(`  ${reader}-${seed}-${file}: ${problem.split('\n', 3).join(' ')}`);
process.exitCode = findings.length === 0 ? 0 : 1;
