import { parentPort } from 'node:worker_threads';
import { pathIn } from '../artifact/path-in.ts';
import { Tensor } from '../onnx-runtime.ts';
import { openGraphSession } from '../session/open-graph.ts';
import type { GraphSession } from '../session.ts';
import { answerCall } from '../thread/call.ts';
import { type GraphRequest, type SentTensors, sentTensors } from './protocol.ts';

/** The thread in which graphs are opened and run that another thread asks for. */
const port = parentPort;
if (port === null) throw new Error('this module is the entry of a worker thread');

const graphs: GraphSession[] = [];

async function answer(request: GraphRequest): Promise<unknown> {
  if (request.method === 'loaded') return undefined;
  if (request.method === 'open') {
    const [{ directory, manifest }, name, options] = request.parameters;
    const path = (file: string) => pathIn(directory, manifest, file);
    return graphs.push(await openGraphSession({ directory, manifest, path }, name, options)) - 1;
  }
  const graph = graphs[request.parameters[0]];
  if (graph === undefined) throw new Error('the graph is not open');
  switch (request.method) {
    case 'run':
      return run(graph, request.parameters[1], request.parameters[2]);
    case 'profile':
      return graph.profile();
    case 'close':
      return graph.close();
  }
}

async function run(
  graph: GraphSession,
  inputs: SentTensors,
  wanted: readonly string[] | undefined,
): Promise<SentTensors> {
  const tensors = Object.entries(inputs).map(
    ([name, { type, data, dims }]) => [name, new Tensor(type, data, dims)] as const,
  );
  const outputs = await graph.run(
    Object.fromEntries(tensors),
    wanted && Object.fromEntries(wanted.map((name) => [name, null])),
  );
  return sentTensors(outputs);
}

port.on('message', (request: GraphRequest) => {
  void answerCall(
    request.id,
    () => answer(request),
    (answered) => port.postMessage(answered),
  );
});
