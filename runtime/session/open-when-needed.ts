import { withRuntime } from './missing-runtime.ts';
import type { openGraphSession } from './open-graph.ts';

/** As `openGraphSession`, for which ONNX Runtime is loaded then, not before. */
export const openWhenNeeded: typeof openGraphSession = async (...given) => {
  const { openGraphSession } = await withRuntime(import('./open-graph.ts'));
  return openGraphSession(...given);
};
