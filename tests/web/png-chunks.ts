import { crc32 } from 'node:zlib';

const SIGNATURE = 8;

/** A chunk of a PNG. */
function chunk(name: string, data: Uint8Array): Buffer {
  const made = Buffer.alloc(12 + data.length);
  made.writeUInt32BE(data.length);
  made.write(name, 4, 'latin1');
  made.set(data, 8);
  made.writeUInt32BE(crc32(made.subarray(4, 8 + data.length)), 8 + data.length);
  return made;
}

function numbers(...values: readonly number[]): Buffer {
  const made = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) made.writeUInt32BE(value, 4 * index);
  return made;
}

function chunksOf(file: Buffer): { readonly name: string; readonly bytes: Buffer }[] {
  const chunks = [];
  for (let place = SIGNATURE; place < file.length; ) {
    const length = 12 + file.readUInt32BE(place);
    const bytes = file.subarray(place, place + length);
    chunks.push({ name: bytes.toString('latin1', 4, 8), bytes });
    place += length;
  }
  return chunks;
}

/** A PNG that moves: one picture is shown by what knows no animation, the other is the animation. */
export function animated(still: Buffer, moving: Buffer, width: number, height: number): Buffer {
  const data = chunksOf(moving).filter(({ name }) => name === 'IDAT');
  const frames = [
    chunk('fcTL', Buffer.concat([numbers(0, width, height, 0, 0), Buffer.from([0, 1, 0, 10, 0, 0])])),
    ...data.map(({ bytes }, index) =>
      chunk('fdAT', Buffer.concat([numbers(index + 1), bytes.subarray(8, -4)])),
    ),
  ];
  return Buffer.concat([
    still.subarray(0, SIGNATURE),
    ...chunksOf(still).flatMap(({ name, bytes }) =>
      name === 'IHDR'
        ? [bytes, chunk('acTL', numbers(1, 0))]
        : name === 'IEND'
          ? [...frames, bytes]
          : [bytes],
    ),
  ]);
}

/** A PNG of a few bytes that says to have a great many pixels. */
export function vast(side: number): Buffer {
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', Buffer.concat([numbers(side, side), Buffer.from([8, 2, 0, 0, 0])])),
    chunk('IDAT', Buffer.alloc(20)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
