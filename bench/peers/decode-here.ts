import { createInterface } from 'node:readline';
import { Engine } from '../../runtime/worker/engine.ts';

/**
 * Answers each line `past tokens` with what a token took: `processor-ms clock-ms`. The other side is `genai.py`. As there,
 * the likeliest token is read next; here its log-probability is known too.
 */
const [directory = '', threads = '1'] = process.argv.slice(2);
const engine = await Engine.open({ directory, verify: false, imageMemory: 0, threads: Number(threads) });
const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [past = 1, count = 1] = line.split(' ').map(Number);
  const tokens = Array.from({ length: past }, (_, place) => 1 + ((place * 7919) % 250));
  const { text } = await engine.language.prefillDistributions([{ tokens, media: [] }], count + 1);
  let [next] = await engine.language.continueDistributions(text, [[5]]);
  const [processor, clock] = [used(), performance.now()];
  for (let token = 0; token < count; token++)
    [next] = await engine.language.continueDistributions(text, [[next?.likeliest() ?? 0]]);
  console.log((used() - processor) / count, (performance.now() - clock) / count);
  text.release();
}
await engine.close();
