import { runInThisContext } from 'node:vm';
import { isMainThread } from 'node:worker_threads';
import { UserError } from '../artifact/user-error.ts';

/**
 * ONNX Runtime's own switch. On Linux and macOS its telemetry is on by default: it writes a device's id and a database
 * under the user's cache, and reports the names of models. Here it is off, unless the user sets this to 0.
 */
const TELEMETRY_VARIABLE = 'ORT_DISABLE_TELEMETRY';

// What runs tests in a context of its own, as Jest does, gives them a `process` whose variables are a copy. The one of
// Node's own context has those that libraries and threads see.
const { env }: NodeJS.Process = runInThisContext('process');

// A thread of Node has a copy of the variables: only the main thread's are those that the library reads. A thread that
// is started after this has run in the main thread finds the variable in its copy.
if (isMainThread) env[TELEMETRY_VARIABLE] ??= '1';

/**
 * To be called before the first session is made, which is when the library reads the variable.
 *
 * @throws UserError in a thread from which the variable cannot be set
 */
export function checkTelemetry(): void {
  if (env[TELEMETRY_VARIABLE] !== undefined) return;
  throw new UserError(
    `ONNX Runtime's telemetry cannot be switched off from this worker thread: import 'flamingo-onnx/runtime' in the main thread before the thread is started, or start the process with ${TELEMETRY_VARIABLE}=1 (or with 0, which allows the telemetry).`,
  );
}
