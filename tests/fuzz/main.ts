import { Command } from 'commander';
import { readerNames } from './load-readers.ts';
import { type Finding, watchedRun } from './watched-run.ts';

/**
 * `npm run fuzz`: every reader of files on damaged and hostile ones, each reader in a process that is watched. Linux
 * alone tells how much memory and time a process takes.
 *
 *     npm run fuzz -- --files 1000000 --seed 1 weights pickles
 */
const names = readerNames();
const { files, seed, first, keep } = new Command('fuzz')
  .argument('[reader...]', `of ${names.join(', ')}; default: all`)
  .option('--files <n>', 'files in all, the same number for each reader', Number, 100_000)
  .option('--seed <n>', 'the same seed makes the same files', Number, 1)
  .option('--first <n>', 'number of the first file', Number, 0)
  .option('--keep <folder>', 'where files are kept that were found', '.fuzz')
  .parse()
  .opts<{ files: number; seed: number; first: number; keep: string }>();
const chosen = process.argv.slice(2).filter((word) => names.includes(word));
const readers = chosen.length > 0 ? chosen : names;

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
