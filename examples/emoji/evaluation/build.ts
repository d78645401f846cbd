import { writeClasses } from './write-classes.ts';
import { writeTasks } from './write-tasks.ts';

/*
 * Writes what the emoji model is evaluated on. Run: npx tsx examples/emoji/evaluation/build.ts [FOLDER], by default
 * artifacts/emoji-evaluation; then, for each of its files: flamingo evaluate artifacts/emoji FOLDER/name.jsonl; and for each of its
 * folders of classes: flamingo evaluate artifacts/emoji --benchmark imagenet --data FOLDER/group --select rices
 */

const [folder = 'artifacts/emoji-evaluation'] = process.argv.slice(2);
for (const [name, count] of await writeTasks(folder)) {
  process.stdout.write(`${folder}/${name}.jsonl: ${count} tasks\n`);
}
for (const [name, count] of await writeClasses(folder)) {
  process.stdout.write(`${folder}/${name}: ${count} pictures to ask about\n`);
}
