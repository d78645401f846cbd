import { aimsTable } from './aims.ts';
import { readResults } from './read-results.ts';

/*
 * Prints the model card's table from what `flamingo evaluate … --json` printed for each task file. Run:
 * npx tsx examples/emoji/evaluation/report.ts name.json group.json question.json binding.json
 */

process.stdout.write(`${aimsTable(await readResults(process.argv.slice(2)))}\n`);
