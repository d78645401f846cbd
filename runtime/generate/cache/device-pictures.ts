import type { PictureStack } from '../../media/picture-stack.ts';
import type { EncodedMedia, Feeds } from '../../media/way.ts';
import { dispose, type RowGraphs, type RowTensors } from './row-graphs.ts';

/** Bytes of pictures on the device, of all texts of a model together. */
export type DeviceBytes = { bytes: number };

/** Pictures in rows on the device. */
type Held = { readonly pictures: readonly EncodedMedia[]; readonly tensors: RowTensors };

/**
 * What one text sees of pictures, on the device from the first run that needs it to the text's release. A picture goes up
 * once; where the text then sees others, or rows of another come in, rows are selected and joined there.
 */
export class DevicePictures {
  readonly #graphs: RowGraphs;
  readonly #all: DeviceBytes;
  #held: Held | undefined;

  /** @param all is kept up to date with what this holds */
  constructor(graphs: RowGraphs, all: DeviceBytes) {
    this.#graphs = graphs;
    this.#all = all;
  }

  /** Bytes held. */
  get bytes(): number {
    return bytesOf(this.#held);
  }

  /** The stack as inputs of the next run, on the device. */
  async feeds(stack: PictureStack): Promise<Feeds> {
    const held = this.#held;
    if (held !== undefined && isSame(held.pictures, stack.pictures)) return Object.fromEntries(held.tensors);
    const tensors = await this.#made(stack);
    this.#replace({ pictures: stack.pictures, tensors });
    return Object.fromEntries(tensors);
  }

  /** Takes over what another text of the same model sees. */
  async join(other: DevicePictures): Promise<void> {
    const [own, others] = [this.#held, other.#held];
    if (others === undefined || others.pictures.length === 0) return;
    if (own === undefined || own.pictures.length === 0) {
      other.#held = undefined;
      this.#all.bytes -= bytesOf(others);
      this.#replace(others);
      return;
    }
    const tensors = await this.#graphs.join(own.tensors, others.tensors);
    this.#replace({ pictures: [...own.pictures, ...others.pictures], tensors });
  }

  /** Lets the memory go at once. */
  release(): void {
    this.#replace(undefined);
  }

  /** The stack on the device, of what is there already and what goes up now. */
  async #made(stack: PictureStack): Promise<RowTensors> {
    const held = this.#held;
    const shown = [...new Set(stack.pictures)];
    const missing = shown.filter((picture) => !held?.pictures.includes(picture));
    const up = () => new Map(Object.entries(stack.of(missing).tensors));
    if (held === undefined || missing.length === shown.length)
      return this.#graphs.select(up(), rowsIn(missing, stack));
    const rows = rowsIn([...held.pictures, ...missing], stack);
    if (missing.length === 0) return this.#graphs.select(held.tensors, rows);
    const joined = await this.#graphs.join(held.tensors, up());
    if (rows.length === held.pictures.length + missing.length && rows.every((row, place) => row === place))
      return joined;
    try {
      return await this.#graphs.select(joined, rows);
    } finally {
      dispose(joined);
    }
  }

  #replace(after: Held | undefined): void {
    const before = this.#held;
    this.#held = after;
    this.#all.bytes += bytesOf(after) - bytesOf(before);
    if (before !== undefined) dispose(before.tensors);
  }
}

/** Where the pictures of a stack are among others; one that is empty has one row, of zeros. */
function rowsIn(pictures: readonly EncodedMedia[], stack: PictureStack): readonly number[] {
  return stack.pictures.length === 0 ? [0] : stack.pictures.map((picture) => pictures.indexOf(picture));
}

function isSame(some: readonly EncodedMedia[], others: readonly EncodedMedia[]): boolean {
  return some.length === others.length && some.every((picture, index) => picture === others[index]);
}

function bytesOf(held: Held | undefined): number {
  let numbers = 0;
  for (const { size } of held?.tensors.values() ?? []) numbers += size;
  return numbers * Float32Array.BYTES_PER_ELEMENT;
}
