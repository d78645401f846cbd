// The least that answering takes: Node, ONNX Runtime of the installed package, and sessions of the graphs that are named.
//   bare-sessions.mjs FOLDER GRAPH...
import { createRequire } from 'node:module';
import { join } from 'node:path';

process.env.ORT_DISABLE_TELEMETRY ??= '1';
const [folder = '.', ...graphs] = process.argv.slice(2);
const { InferenceSession } = createRequire(join(folder, 'package.json'))('onnxruntime-node');
for (const graph of graphs) {
  await InferenceSession.create(graph, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
}
process.exit(0);
