// A worker that opens and then ends in the way that the first prompt's text says.
import { parentPort } from 'node:worker_threads';

parentPort.on('message', ({ call }) => {
  const way = call?.prompts?.[0]?.text;
  if (way === 'exit') process.exit(3);
  if (way === 'throw') throw new Error('out of luck');
  if (way === 'memory') {
    const hoard = [];
    for (;;) hoard.push(new Array(1e6).fill(hoard.length));
  }
});
parentPort.postMessage({ kind: 'opened', manifest: {} });
