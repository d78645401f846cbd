/**
 * A process that compiles into a folder again and again: two models in turn, which differ in all their files.
 *
 *     node --import tsx tests/artifact/writer.ts FOLDER TIMES FIRST
 */
import { makeModel } from './made-model.ts';

const [folder = '', times = '', first = ''] = process.argv.slice(2);
for (let time = 0; time < Number(times); time += 1) await makeModel(folder, Number(first) + (time % 2));
