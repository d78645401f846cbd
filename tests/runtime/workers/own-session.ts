import { Engine } from '../../../runtime/worker/engine.ts';

/** Answers one prompt in this thread. */
const engine = await Engine.open({ directory: process.argv[2] ?? '', verify: false, imageMemory: 0 });
await engine.generate([{ query: { text: 'Once' } }], { maxNewTokens: 1 });
await engine.close();
process.stdout.write('answered', () => process.exit());
