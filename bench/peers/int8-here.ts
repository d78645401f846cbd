import { createInterface } from 'node:readline';
import { loadGraph } from '../../runtime/graph.ts';
import { Engine } from '../../runtime/worker/engine.ts';

/**
 * Answers each line, `vision` or `prefill TOKENS` or `token`, with what one picture, a prompt or a token after it took:
 * `processor-ms clock-ms`. The other side is `int8.py`.
 */
const [visionFolder = '', languageFolder = '', threadsGiven = '1'] = process.argv.slice(2);
const threads = Number(threadsGiven);
const vision = await loadGraph(visionFolder, { threads });
const engine = await Engine.open({ directory: languageFolder, verify: false, imageMemory: 0, threads });
const pixels = Float32Array.from({ length: 3 * 224 * 224 }, (_, place) => Math.sin(place * place));
const used = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

async function timed(work: () => Promise<unknown>): Promise<string> {
  const [processor, clock] = [used(), performance.now()];
  await work();
  return `${used() - processor} ${performance.now() - clock}`;
}

const tokensOf = (count: number) => Array.from({ length: count }, (_, place) => 1 + ((place * 7919) % 250));
console.log('ready');
for await (const line of createInterface({ input: process.stdin })) {
  const [what, count = '64'] = line.split(' ');
  if (what === 'vision') {
    console.log(await timed(() => vision.run({ pixels: { data: pixels, shape: [1, 3, 224, 224] } })));
    continue;
  }
  const prompts = [{ tokens: tokensOf(Number(count)), media: [] }];
  let text: Awaited<ReturnType<typeof engine.language.prefillDistributions>>['text'] | undefined;
  const prefill = async () => {
    ({ text } = await engine.language.prefillDistributions(prompts, 2));
  };
  const took = await timed(prefill);
  console.log(
    what === 'prefill'
      ? took
      : await timed(async () => text && engine.language.continueDistributions(text, [[5]])),
  );
  text?.release();
}
await engine.close();
await vision.close();
