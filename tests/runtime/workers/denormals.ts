// Prints half of a denormal number, as the calling thread computes it once a model is opened in a thread of its own or in this one.
import { loadFlamingo } from '../../../runtime/index.ts';
import { Engine } from '../../../runtime/worker/engine.ts';

const [way, directory = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  const model =
    way === 'own thread'
      ? await loadFlamingo(directory, { threads: 1 })
      : await Engine.open({ directory, verify: false, imageMemory: 0, threads: 1 });
  const [tiny = 0] = new Float64Array([1e-310]);
  process.stdout.write(String(tiny / 2));
  await model.close();
}

void main();
