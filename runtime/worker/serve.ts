import pLimit, { type LimitFunction } from 'p-limit';
import { Engine } from '../engine.ts';
import type { Platform } from '../platform.ts';
import { answerCall } from '../thread/call.ts';
import { packError } from '../thread/error-message.ts';
import {
  type Call,
  isAtOnce,
  type ProgressEvent,
  type Request,
  type RequestOptions,
  type Response,
  type Result,
  type TokenEvent,
  type WorkerOptions,
} from './protocol.ts';

/** The computing thread's end of what connects it with the caller's. */
export interface Port {
  send(response: Response, transferables: ArrayBuffer[]): void;
  /** @param listener is told of every request from now on, in their order */
  listen(listener: (request: Request) => void): void;
  /** Lets the thread end once what was sent is delivered. */
  end(): void;
}

/**
 * The thread that computes. Requests begin in the order in which they come, so many at a time; answers that have begun are
 * written side by side. Each run of a graph is one turn of this thread's event loop, where the others wait for theirs.
 */
export async function serve(
  { concurrency, ...options }: WorkerOptions,
  platform: Platform,
  port: Port,
): Promise<void> {
  const send = (response: Response, transferables: readonly ArrayBuffer[] = []): void =>
    port.send(response, [...transferables]);
  let engine: Engine;
  try {
    engine = await Engine.open(options, platform);
  } catch (error) {
    send({ kind: 'refused', error: packError(error) });
    port.end();
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
      // What computes nothing waits for nobody.
      () => (isAtOnce(call) ? begin() : inTurn(queue, controller.signal, begin)),
      (answered) => send(answered, answered.kind === 'done' ? transferablesOf(call, answered.result) : []),
    );
    controllers.delete(id);
  };

  port.listen((request) => {
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
    port.end();
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
    case 'prepare':
      return engine.tasks.prepare(call.examples, request);
    case 'loadTask':
      return engine.tasks.load(call.path);
    case 'saveTask':
      return engine.tasks.save(call.task, call.path, request);
    case 'closeTask':
      return engine.tasks.close(call.task);
    case 'usage':
      return engine.usage();
    case 'profile':
      return engine.profile();
  }
}

/** Large arrays change hands instead of being copied. */
function transferablesOf(call: Call, result: Result): ArrayBuffer[] {
  if (call.method !== 'encodeImages' || !Array.isArray(result)) return [];
  return result.flatMap((image) => {
    const buffer = 'latents' in image ? image.latents.buffer : undefined;
    return buffer instanceof ArrayBuffer ? [buffer] : [];
  });
}
