import { readFile } from 'node:fs/promises';
import { compile } from 'flamingo-onnx/compiler';
import { loadFlamingo } from 'flamingo-onnx/runtime';
import config from './flamingo.config.ts';
import program from './summing.ts';

const [, , tokenizer = '', first = '', second = ''] = process.argv;
const { ways } = config.extensions;
await compile(program, { out: 'summed-in-code', tokenizer: await readFile(tokenizer), seed: 4, ...{ ways } });
const model = await loadFlamingo('summed-in-code', { ways: ways ?? [], threads: 1 });
const choices = ['a cat', 'a bicycle'];
const scoresOf = async (image: string) =>
  (await model.score({ query: { image } }, choices, { normalise: 'none' })).map((each) => each.logLikelihood);
const [one, other] = [await scoresOf(first), await scoresOf(second)];
// Cached, in a batch with padding, and by beams: the same.
const prompt = { query: { image: first } };
const alone = await model.generate(prompt, { maxNewTokens: 4 });
const long = { shots: [{ image: second, text: 'a bicycle' }], query: { image: first } };
const [, batched] = await model.generateBatch([long, prompt], { maxNewTokens: 4 });
const beams = await model.generate(prompt, { maxNewTokens: 4, beams: 3 });
// Read at once, or token by token on the cache: the same.
const logLikelihood = async (text: string, choice: string) =>
  (await model.score({ text: `<image>${text}`, media: [first] }, [choice], { normalise: 'none' }))[0]
    ?.logLikelihood ?? Number.NaN;
const whole = await logLikelihood('a', 'bcd');
const cached =
  (await logLikelihood('a', 'b')) + (await logLikelihood('ab', 'c')) + (await logLikelihood('abc', 'd'));
const apart = await model.encodeImages([first]).catch((error: Error) => error.message);
await model.close();
const without = await loadFlamingo('summed-in-code').then(
  () => 'loaded',
  (error: Error) => error.message,
);
console.log(JSON.stringify({ one, other, alone, batched, beams, whole, cached, apart, without }));
