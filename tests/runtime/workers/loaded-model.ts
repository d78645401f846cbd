import { loadFlamingo } from '../../../runtime/index.ts';

/** Answers one prompt with the model of the folder that is given. */
const model = await loadFlamingo(process.argv[2] ?? '');
await model.generate({ query: { text: 'Once' } }, { maxNewTokens: 1 });
await model.close();
process.stdout.write('answered', () => process.exit());
