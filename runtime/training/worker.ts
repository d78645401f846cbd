import { parentPort } from 'node:worker_threads';
import { answerCall } from '../thread/call.ts';
import { endThread } from '../thread/end-thread.ts';
import { Trainer } from './trainer.ts';
import type { TrainerRequest } from './trainer-protocol.ts';

/** The thread in which ONNX Runtime computes: one request after the other. */
const port = parentPort;
if (port === null) throw new Error('this module is the entry of a worker thread');

let trainer: Trainer | undefined;

async function answer(request: TrainerRequest): Promise<unknown> {
  if (request.method === 'open') {
    trainer = await Trainer.open(...request.parameters);
    return undefined;
  }
  if (trainer === undefined) throw new Error('the trainer is not open');
  switch (request.method) {
    case 'step':
      return trainer.step(...request.parameters);
    case 'evaluate':
      return trainer.evaluate(...request.parameters);
    case 'save':
      return trainer.save(...request.parameters);
    case 'exportWeights':
      return trainer.exportWeights(...request.parameters);
    case 'close':
      await trainer.close();
      endThread();
      return undefined;
  }
}

port.on('message', (request: TrainerRequest) => {
  void answerCall(
    request.id,
    () => answer(request),
    (answered) => port.postMessage(answered),
  );
});
