// biome-ignore lint/style/noRestrictedImports: this is ONNX Runtime as it is without this project.
import { InferenceSession } from 'onnxruntime-node';

/** Opens the graph that is given in ONNX Runtime, and nothing of this project. */
await InferenceSession.create(process.argv[2] ?? '');
process.stdout.write('opened', () => process.exit());
