/**
 * A page beside Node on the same machine, with the model that ships: bytes and time to the first answer, with an empty and a
 * full cache, and tokens a second. `node --import tsx bench/web/measure.ts [rounds]`; wants a Chromium.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { median } from 'simple-statistics';
import { z } from 'zod';
import { serveFolders } from '../../cli/playground/serve-folders.ts';
import { foldersOf, openModels, writePage } from '../../cli/playground/site.ts';
import { findPreset } from '../../cli/presets.ts';
import { compile } from '../../compiler/compile.ts';
import { loadFlamingo } from '../../runtime/load-flamingo.ts';
import { CHROMIUM } from '../../tests/web/chromium.ts';

const rounds = Number(process.argv[2] ?? 3);
const EXAMPLES = fileURLToPath(new URL('../../models/emoji/examples', import.meta.url));

/** Milliseconds of one round. */
const round = z.object({ load: z.number(), first: z.number(), perToken: z.number(), threads: z.number() });
type Round = z.infer<typeof round>;

const promptAt = (place: string) => ({
  shots: [
    { image: `${place}/openmoji-red-apple.png`, text: 'red apple' },
    { image: `${place}/openmoji-bicycle.png`, text: 'bicycle' },
  ],
  query: { image: `${place}/openmoji-high-heeled-shoe.png` },
});

/** The same in both: loads, answers, and answers again with the pictures known, token by token. */
const MEASURE = `async (loadFlamingo, address, prompt, threads) => {
  const began = performance.now();
  const model = await loadFlamingo(address, { threads });
  const loaded = performance.now();
  await model.generate(prompt);
  const answered = performance.now();
  const times = [];
  for (let again = 0; again < 5; again++) await model.generate(prompt, { onToken: () => times.push(performance.now()) });
  await model.close();
  const steps = times.slice(1).map((time, index) => time - times[index]).sort((a, b) => a - b);
  return { load: loaded - began, first: answered - began, perToken: steps[Math.floor(steps.length / 2)], threads };
}`;

const folder = await mkdtemp(join(tmpdir(), 'bench-web-'));
const emoji = join(folder, 'emoji');
const preset = await findPreset('emoji');
if (preset?.weights === undefined || preset.tokenizer === undefined) throw new Error('no model ships');
await compile(preset.program, {
  ...{ out: emoji, source: 'emoji', tokenizer: preset.tokenizer },
  ...{ weights: [preset.weights], copyWeights: true },
});
const models = await openModels([emoji]);
const site = await mkdtemp(join(tmpdir(), 'bench-site-'));
await writePage(site, models);
const { server, url } = await serveFolders(foldersOf(site, models), { port: 0 });
const browser = await chromium.launch({
  args: ['--no-sandbox'],
  ...(CHROMIUM && { executablePath: CHROMIUM }),
});

const measured: Record<'empty' | 'kept' | 'node', Round[]> = { empty: [], kept: [], node: [] };
let bytes = 0;
try {
  for (let each = 0; each < rounds; each += 1) {
    const context = await browser.newContext();
    for (const state of ['empty', 'kept'] as const) {
      const page = await context.newPage();
      await page.goto(new URL('playground.json', url).href);
      const found: unknown = await page.evaluate(
        `import('/flamingo.js').then(({ loadFlamingo, defaultThreads }) =>
          (${MEASURE})(loadFlamingo, '/models/emoji/', ${JSON.stringify(promptAt('/examples'))}, defaultThreads()))`,
      );
      measured[state].push(round.parse(found));
      await page.close();
    }
    await context.close();
    const threads = measured.kept.at(-1)?.threads ?? 1;
    // The function that the page ran, here.
    const measure: (...words: readonly unknown[]) => Promise<unknown> = new Function(`return ${MEASURE}`)();
    measured.node.push(round.parse(await measure(loadFlamingo, emoji, promptAt(EXAMPLES), threads)));
  }
  for (const file of [
    join(site, 'flamingo.js'),
    join(site, 'flamingo-worker.js'),
    ...['ort.wasm.min.mjs', 'ort-wasm-simd-threaded.mjs', 'ort-wasm-simd-threaded.wasm'].map((name) =>
      fileURLToPath(new URL(`../../node_modules/onnxruntime-web/dist/${name}`, import.meta.url)),
    ),
    ...['manifest.json', 'tokenizer.json', 'vision.onnx', 'language.onnx', 'weights.safetensors'].map(
      (name) => join(emoji, name),
    ),
  ])
    bytes += (await stat(file)).size;
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
  await rm(site, { recursive: true });
}

const seconds = (of: readonly Round[], key: 'load' | 'first') =>
  (median(of.map((each) => each[key])) / 1000).toFixed(2);
const rate = (of: readonly Round[]) => (1000 / median(of.map(({ perToken }) => perToken))).toFixed(0);
const rows = [
  ['', 'loaded, s', 'first answer, s', 'tokens a second'],
  ...(['empty', 'kept', 'node'] as const).map((key) => [
    { empty: 'page, empty cache', kept: 'page, files in its cache', node: 'Node' }[key],
    ...[seconds(measured[key], 'load'), seconds(measured[key], 'first'), rate(measured[key])],
  ]),
];
console.log(`${(bytes / 1e6).toFixed(1)} MB to the first answer, of which the model has its weights' 15.8`);
console.log(`${measured.kept[0]?.threads ?? 1} threads; medians of ${rounds}`);
for (const row of rows) console.log(row.map((cell) => cell.padEnd(26)).join(''));
