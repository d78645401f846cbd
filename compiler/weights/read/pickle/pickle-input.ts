import { PickleProblem } from './pickle-problem.ts';

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The bytes of a pickle, taken from the front; none is taken past the end. */
export class PickleInput {
  private place = 0;
  private readonly view: DataView;

  constructor(private readonly content: Uint8Array) {
    this.view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  }

  byte(): number {
    return this.view.getUint8(this.take(1));
  }

  uint16(): number {
    return this.view.getUint16(this.take(2), true);
  }

  int32(): number {
    return this.view.getInt32(this.take(4), true);
  }

  /** Floats are big-endian, unlike all else. */
  float64(): number {
    return this.view.getFloat64(this.take(8), false);
  }

  /** A length in 4 or 8 bytes. */
  length(width: 4 | 8): number {
    const start = this.take(width);
    return width === 4 ? this.view.getUint32(start, true) : Number(this.view.getBigUint64(start, true));
  }

  /** A signed little-endian number of any length; a `bigint` where a double would lose digits. */
  long(length: number): number | bigint {
    const digits = this.bytes(length);
    // No number of a checkpoint is longer than 64 bits; longer ones would only cost time.
    if (digits.length > 16) throw new PickleProblem('its pickle has a number of more than 128 bits');
    let value = 0n;
    for (const [index, digit] of digits.entries()) value |= BigInt(digit) << BigInt(8 * index);
    value = BigInt.asIntN(8 * digits.length, value);
    return fitting(value);
  }

  /** A whole number in digits, to the end of the line; `01` and `00` are how protocol 0 writes True and False. */
  decimal(): number | bigint | boolean {
    const text = this.line().replace(/L$/, '');
    if (text === '01' || text === '00') return text === '01';
    if (!/^-?\d{1,40}$/.test(text)) throw new PickleProblem('its pickle has a number that is not one');
    return fitting(BigInt(text));
  }

  line(): string {
    const end = this.content.indexOf(0x0a, this.place);
    if (end < 0) throw new PickleProblem('its pickle ends in the middle of a line');
    const text = this.text(end - this.place);
    this.place = end + 1;
    return text;
  }

  text(length: number): string {
    return decoder.decode(this.bytes(length));
  }

  bytes(length: number): Uint8Array {
    const start = this.take(length);
    return this.content.subarray(start, start + length);
  }

  private take(length: number): number {
    const start = this.place;
    if (length > this.content.length - start) throw new PickleProblem('its pickle ends early');
    this.place = start + length;
    return start;
  }
}

function fitting(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}
