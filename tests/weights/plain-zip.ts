/** An entry as its headers describe it, which need not be true. */
export interface CraftedEntry {
  readonly name: string;
  readonly content: Uint8Array;
  /** 0: stored, 8: deflated. Default 0. */
  readonly method?: number;
  /** Declared size; default the content's. */
  readonly size?: number;
  readonly compressedSize?: number;
  /** Points at the local header of another entry. */
  readonly sameAs?: string;
}

/** A zip file of stored entries, and of entries that lie about themselves: no library writes those. */
export function plainZip(
  files: Readonly<Record<string, Uint8Array>>,
  crafted: readonly CraftedEntry[] = [],
): Buffer {
  const entries: CraftedEntry[] = [
    ...Object.entries(files).map(([name, content]) => ({ name, content })),
    ...crafted,
  ];
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  const places = new Map<string, number>();
  let offset = 0;
  for (const entry of entries) {
    const { name, content, method = 0, size = content.length, compressedSize = content.length } = entry;
    const label = Buffer.from(name);
    const place = places.get(entry.sameAs ?? '') ?? offset;
    places.set(name, place);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(method, 8);
    local.writeUInt32LE(compressedSize, 18);
    local.writeUInt32LE(size, 22);
    local.writeUInt16LE(label.length, 26);
    pieces.push(local, label, Buffer.from(content));
    offset += 30 + label.length + content.length;
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(method, 10);
    central.writeUInt32LE(compressedSize, 20);
    central.writeUInt32LE(size, 24);
    central.writeUInt16LE(label.length, 28);
    central.writeUInt32LE(place, 42);
    directory.push(central, label);
  }
  const index = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(index.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...pieces, index, end]);
}
