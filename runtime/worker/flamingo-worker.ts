import { parentPort, workerData } from 'node:worker_threads';
import pLimit, { type LimitFunction } from 'p-limit';
import { answerCall } from '../thread/call.ts';
import { endThread } from '../thread/end-thread.ts';
import { packError } from '../thread/error-message.ts';
import { Engine } from './engine.ts';
import type {
  Call,
  ProgressEvent,
  Request,
  RequestOptions,
  Response,
  Result,
  TokenEvent,
  WorkerOptions,
} from './protocol.ts';

/**
 * The thread that computes. Requests begin in the order in which they come, so many at a time; answers that have begun are
 * written side by side. Each run of a graph is one turn of this thread's event loop, where the others wait for theirs.
 */
async function serve(options: WorkerOptions): Promise<void> {
  const { concurrency, ...engineOptions } = options;
  let engine: Engine;
  try {
    engine = await Engine.open(engineOptions);
  } catch (error) {
    send({ kind: 'refused', error: packError(error) });
    endThread();
    return;
  }
  const queue = pLimit(concurrency);
  const controllers = new Map<number, AbortController>();
  const pending = new Set<Promise<void>>();

  const answer = async (id: number, call: Call, controller: AbortController): Promise<void> => {
    const request = {
      signal: controller.signal,
      onProgress: (event: ProgressEvent) => send({ kind: 'progress', id, event }),
    };
    const onToken = (event: TokenEvent) => send({ kind: 'token', id, event });
    const begin = async () => perform(engine, call, request, onToken);
    await answerCall(
      id,
      // What is asked about the model itself waits for nobody.
      () => (call.method === 'usage' ? begin() : inTurn(queue, controller.signal, begin)),
      (answered) => send(answered, answered.kind === 'done' ? transferablesOf(call, answered.result) : []),
    );
    controllers.delete(id);
  };

  parentPort?.on('message', (request: Request) => {
    if (request.kind === 'call') {
      const controller = new AbortController();
      controllers.set(request.id, controller);
      const promise = answer(request.id, request.call, controller);
      pending.add(promise);
      void promise.then(() => pending.delete(promise));
    } else if (request.kind === 'abort') controllers.get(request.id)?.abort();
    else void close();
  });

  /** Ends what is going on, frees the sessions, and lets the thread end by itself. */
  const close = async (): Promise<void> => {
    for (const controller of controllers.values()) controller.abort();
    await Promise.all(pending);
    await engine.close();
    send({ kind: 'closed' });
    endThread();
  };

  send({ kind: 'opened', manifest: engine.manifest });
}

/** Begins when the turn has come, or at once what is stopped while it waits, which then has little to do. */
function inTurn<R>(queue: LimitFunction, signal: AbortSignal, begin: () => Promise<R>): Promise<R> {
  return new Promise((resolve, reject) => {
    let begun: Promise<void> | undefined;
    const start = () => {
      begun ??= begin().then(resolve, reject);
      return begun;
    };
    signal.addEventListener('abort', start, { once: true });
    void queue(start);
  });
}

function perform(
  engine: Engine,
  call: Call,
  request: RequestOptions,
  onToken: (event: TokenEvent) => void,
): Promise<Result> | Result {
  switch (call.method) {
    case 'generate': {
      const { prompts, options, stream, batchSize } = call;
      return engine.generate(prompts, options, { ...request, batchSize, ...(stream && { onToken }) });
    }
    case 'score':
      return engine.score(call.prompt, call.choices, call.options, request);
    case 'scoreEnsemble':
      return engine.scoreEnsemble(call.prompt, call.choices, call.options, request);
    case 'encodeImages':
      return engine.encodeImages(call.media, request);
    case 'usage':
      return engine.usage();
  }
}

/** Large arrays change hands instead of being copied. */
function transferablesOf(call: Call, result: Result): ArrayBuffer[] {
  if (call.method !== 'encodeImages' || !Array.isArray(result)) return [];
  return result.flatMap((image) => ('latents' in image ? [image.latents.buffer as ArrayBuffer] : []));
}

function send(response: Response, transferables: readonly ArrayBuffer[] = []): void {
  parentPort?.postMessage(response, [...transferables]);
}

// Whoever imports this outside of a thread of ours means something else: nothing happens.
if (parentPort !== null) void serve(workerData);
