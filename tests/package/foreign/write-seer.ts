import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { seer } from './families/seer.ts';

/** Saves a seer with weights that count up, as its authors would. Run: write-seer.ts TOKENIZER */
const config = {
  model_type: 'seer',
  architectures: ['SeerModel'],
  side: 28,
  width: 16,
  depth: 1,
  words: 261,
};
const tokens = {
  ...{ has: () => true, tokenOf: () => undefined, beginning: null, afterBeginning: [], end: null },
  ...{ padding: null, ends: [], suppressedTokens: [] },
};
const program = seer.program({ name: 'seer', config, preprocessor: undefined, tokens }, []);
const shapes = [...program.parameters].map(([name, { shape }]) => [name, shape] as const);
const values = shapes.map(([, shape]) => {
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, (_, index) => Math.sin(index) / 10);
});
await mkdir('seer', { recursive: true });
await writeFile('seer/config.json', JSON.stringify(config));
await writeFile('seer/tokenizer.json', await readFile(process.argv[2] ?? ''));
await writeFile(
  'seer/model.bin',
  Buffer.concat([
    Buffer.from(`PLAIN1\n${JSON.stringify(Object.fromEntries(shapes))}\n`),
    ...values.map(({ buffer }) => Buffer.from(buffer)),
  ]),
);
