import type { Abortable } from '../../runtime/asking.ts';
import type { ProgressEvent } from '../../runtime/worker/protocol.ts';
import type { CommandContext } from '../command.ts';

/** Makes a request that Ctrl-C stops, and shows how far it is: images first, then whatever the model takes to begin. */
export async function watched<R>(
  { report, signal }: CommandContext,
  make: (request: Abortable, stopWatching: () => void) => Promise<R>,
): Promise<R> {
  const waiting = report.waiting('Reading the prompt');
  const images = report.progress('Encoding images');
  const stopWatching = () => {
    waiting.stop();
    images.stop();
  };
  const onProgress = ({ done, total }: ProgressEvent) => {
    waiting.stop();
    images.update(done, total);
  };
  try {
    return await make({ signal, onProgress }, stopWatching);
  } finally {
    stopWatching();
  }
}
