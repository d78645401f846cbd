import { openEngine } from '../../../runtime/open-engine.ts';

/** Answers one prompt in this thread. */
const engine = await openEngine({ directory: process.argv[2] ?? '', verify: false, imageMemory: 0 });
await engine.generate([{ query: { text: 'Once' } }], { maxNewTokens: 1 });
await engine.close();
process.stdout.write('answered', () => process.exit());
