import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../../artifact/user-error.ts';
import { readPrompts, readTasks } from '../../../runtime/evaluate/read-tasks.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { mutateJson } from '../mutate-json.ts';

/** Files of tasks, for `flamingo evaluate` and `--calibrate`. */
export const reader: FuzzReader = {
  name: 'tasks',
  async prepare(folder) {
    cpSync('tests/images/bicycle.png', join(folder, 'bicycle.png'));
    const image = 'bicycle.png';
    const lines = [
      {
        id: 1,
        kind: 'name',
        shots: [{ image, text: 'a' }],
        image,
        text: 'Output:',
        choices: ['a', 'b'],
        answers: ['a'],
      },
      { shots: [{ images: [image, image], text: 'a' }, { text: 'b' }], answers: ['c', 'd'] },
      { id: 'x', image: 'missing.png', answers: ['e'] },
    ].map((line) => JSON.stringify(line));
    const whole = Buffer.from(lines.slice(0, 2).join('\n'));
    const path = join(folder, 'tasks.jsonl');
    return {
      seeds: [whole],
      make(random) {
        if (random.once(6)) return mutateBytes(random, [whole]);
        const made = Array.from({ length: 1 + random.length(20) }, () =>
          random.once(3) ? Buffer.from(random.pick(lines)) : mutateJson(random, lines),
        );
        return Buffer.concat(
          made.flatMap((line) => [line, Buffer.from(random.pick(['\n', '\r\n', '\n\n', '\u2028\n']))]),
        );
      },
      async read(file) {
        writeFileSync(path, file);
        const { problems } = await readTasks(path);
        await readPrompts(path);
        const [problem] = problems.toSorted((a, b) => b.message.length - a.message.length);
        if (problem !== undefined) throw new UserError(problem.message);
      },
    };
  },
};
