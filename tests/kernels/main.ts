import { Command, Option } from 'commander';
import { targetOf } from '../../compiler/target/target.ts';
import { TARGETS } from '../../compiler/target/target-registry.ts';
import { standInForCuda } from './cuda-stand-in/build.ts';
import { judge } from './judge.ts';
import { tryAll } from './try-all.ts';

/**
 * `npm run kernels`: runs every operator and dtype that is emitted for a target once on its provider, and compares who ran
 * it with the target's table of kernels, and the results with the CPU's.
 *
 *     npm run kernels -- --target webgpu
 *     npm run kernels -- --target cuda --stand-in   # without a card: who takes which node, not the results
 */
const program = new Command('kernels')
  .addOption(
    new Option('--target <name>', 'whose table is checked')
      .choices(TARGETS.map(({ name }) => name))
      .default('webgpu'),
  )
  .option('--stand-in', 'CUDA libraries that compute nothing, in place of a card')
  .option('--only <text>', 'cases alone whose names have it: "where,"', '')
  .option('--all', 'print every operator, not only those in which the table is wrong')
  .parse();
const {
  target: name,
  standIn,
  only,
  all,
} = program.opts<{ target: string; standIn?: true; only: string; all?: true }>();
const target = targetOf(name);
const order = { target: name, provider: target.provider, compares: standIn !== true, only };
const environment = standIn === true ? await standInForCuda() : {};
let shown = performance.now();
const tried = await tryAll(order, environment, (done) => {
  if (performance.now() - shown < 10_000) return;
  shown = performance.now();
  console.error(`  ${done} cases`);
});
const verdict = judge(tried);
for (const { what, verdict: words, counts } of verdict.kernels)
  if (all === true || words !== 'as the table says') console.log(`${what}: ${words} (${counts})`);
for (const { name: each, problem } of verdict.problems) console.log(`${each}: ${problem}`);
console.log(
  `${tried.length} cases, ${verdict.kernels.length} operators with their dtypes, ${verdict.wrong} wrong in the table of ${name}, ${verdict.problems.length} cases that did not run or gave other results`,
);
process.exitCode = verdict.wrong + verdict.problems.length === 0 ? 0 : 1;
