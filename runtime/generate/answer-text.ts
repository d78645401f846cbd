import type { TextStream } from '../tokenizer.ts';

/**
 * The text of an answer as its tokens come, up to the first stop text. Text that may be the beginning of a stop text
 * waits until it is certain, so the pieces joined are exactly the answer.
 */
export class AnswerText {
  readonly #stream: TextStream;
  readonly #stops: readonly string[];
  #waiting = '';
  /** All pieces so far. */
  text = '';

  /**
   * @param stream A fresh one.
   * @param stops Texts that end the answer and are no part of it; none of them empty.
   */
  constructor(stream: TextStream, stops: readonly string[]) {
    this.#stream = stream;
    this.#stops = stops;
  }

  /**
   * @param last No token follows: nothing waits any longer.
   * @returns The text that has become certain with this token, and whether a stop text was found.
   */
  push(token: number, last: boolean): { piece: string; stopped: boolean } {
    this.#waiting += this.#stream.push(token) + (last ? this.#stream.end() : '');
    const places = this.#stops.map((stop) => this.#waiting.indexOf(stop)).filter((place) => place >= 0);
    const stopped = places.length > 0;
    const length = stopped ? Math.min(...places) : last ? this.#waiting.length : this.#certain();
    const piece = this.#waiting.slice(0, length);
    this.#waiting = this.#waiting.slice(length);
    this.text += piece;
    return { piece, stopped };
  }

  /** Length of the waiting text before the first place where a stop text may have begun. */
  #certain(): number {
    const text = this.#waiting;
    for (let place = 0; place < text.length; place++) {
      const rest = text.slice(place);
      if (this.#stops.some((stop) => stop.startsWith(rest))) return place;
    }
    return text.length;
  }
}
