import { compile, openCheckpoint } from 'flamingo-onnx/compiler';
import { loadFlamingo } from 'flamingo-onnx/runtime';
import config from './flamingo.config.ts';

const { program, tokenizer, weights } = await openCheckpoint('seer', config.extensions);
const { graphs } = await compile(program, {
  ...{ ...config.extensions, tokenizer, weights, out: 'in-code', target: 'patient' },
});
const model = await loadFlamingo('in-code');
const { text } = await model.generate({ query: { image: process.argv[2] ?? '' } }, { maxNewTokens: 2 });
await model.close();
console.log(JSON.stringify({ softsign: graphs.language?.fusions.softsign, text }));
