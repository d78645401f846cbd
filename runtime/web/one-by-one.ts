/**
 * Runs of graphs in a browser, one after another: ONNX Runtime refuses a second one meanwhile. Between two of them the
 * worker hears its messages, as a run takes the whole thread: an abort is one.
 */
export class OneByOne {
  readonly #channel = new MessageChannel();
  #last: Promise<unknown> = Promise.resolve();

  run<R>(work: () => Promise<R>): Promise<R> {
    const turn = this.#last.then(() => this.#pause()).then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** A turn of the event loop; a timer may take 4 milliseconds. */
  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#channel.port1.onmessage = () => resolve();
      this.#channel.port2.postMessage(undefined);
    });
  }
}
