import { MessageChannel } from 'node:worker_threads';
import type { GraphThread } from '../graph-thread/graph-thread.ts';
import { nodePlatformWith } from '../node-platform.ts';
import { threadFault } from '../thread/thread-entry.ts';
import type { StartThread } from './client.ts';
import { serve } from './serve.ts';

const SUBJECT = 'What runs the model';

/**
 * Runs the model in the thread that asks for it, which its runs then block one by one: for a model of which each is over
 * sooner than a thread is started, in a program that does nothing else.
 *
 * @param beside has the graph that encodes pictures, which is opened while the other is; ends with the model
 */
export function startHere(beside: GraphThread): StartThread {
  const platform = nodePlatformWith((...given) => beside.open(...given));
  return (options, { onMessage, onFault, onEnd }) => {
    const { port1: caller, port2: engine } = new MessageChannel();
    caller.on('message', onMessage);
    caller.on('close', () => onEnd(threadFault(SUBJECT, new Error('it was closed'))));
    serve(options, platform, {
      send: (response, transferables) => {
        const post = () => engine.postMessage(response, transferables);
        // Who is told may end the process at once, which no thread may be loading ONNX Runtime in.
        if (response.kind === 'refused') void beside[Symbol.asyncDispose]().finally(post);
        else post();
      },
      // Whether the process lives on is the caller's end's to say.
      listen: (listener) => engine.on('message', listener).unref(),
      end: () => void beside[Symbol.asyncDispose]().finally(() => engine.close()),
    }).catch((error: unknown) =>
      onFault(threadFault(SUBJECT, error instanceof Error ? error : new Error(String(error)))),
    );
    return {
      send: (request) => caller.postMessage(request),
      keepAlive: (kept) => (kept ? caller.ref() : caller.unref()),
    };
  };
}
