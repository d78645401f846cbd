import { openPromise, type ZipFile } from 'yauzl';
import { UserError } from '../../../artifact/user-error.ts';

/** Where in a zip file one stored entry's bytes are. */
export interface ZipEntry {
  readonly name: string;
  readonly offset: number;
  readonly bytes: number;
}

export interface ZipContents {
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** What follows the last entry's bytes: the directory of all entries, with their checksums. */
  readonly directory: { readonly offset: number; readonly bytes: number };
}

/**
 * The entries of a zip file that PyTorch wrote: each a range of the file that no other entry shares. Nothing is
 * unpacked, so no entry can be larger than the file; what is compressed (the program text of a TorchScript archive) is
 * left out.
 *
 * @param needed whether an entry will be read, so that it must be stored and not compressed
 * @throws UserError for a damaged file, needed entries that are compressed, and entries that overlap (zip bombs do)
 */
export async function zipEntries(path: string, needed: (name: string) => boolean): Promise<ZipContents> {
  const bad = (problem: string) => new UserError(`${path} is not a whole PyTorch checkpoint: ${problem}.`);
  let zip: ZipFile | undefined;
  try {
    zip = await openPromise(path, { lazyEntries: true, autoClose: false });
    const entries = new Map<string, ZipEntry>();
    const ranges: ZipEntry[] = [];
    for await (const entry of zip.eachEntry()) {
      const { fileName: name, compressionMethod, uncompressedSize: bytes } = entry;
      if (name.endsWith('/')) continue;
      const stored = compressionMethod === 0 && entry.compressedSize === bytes;
      if (!stored && needed(name)) {
        throw bad(
          `its entry '${name}' is compressed (${entry.compressedSize} bytes for ${bytes}), which torch.save never does; save it again with torch.save`,
        );
      }
      if (entry.isEncrypted()) throw bad(`its entry '${name}' is encrypted`);
      if (entries.has(name)) throw bad(`it has two entries '${name}'`);
      const { fileDataStart: offset } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      if (offset + entry.compressedSize > zip.fileSize)
        throw bad(`its entry '${name}' reaches beyond the end of the file`);
      ranges.push({ name, offset, bytes: entry.compressedSize });
      if (stored) entries.set(name, { name, offset, bytes });
    }
    const offset = refuseOverlaps(ranges, bad);
    return { entries, directory: { offset, bytes: zip.fileSize - offset } };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw bad(`${reason.split('\n', 1)[0]?.replace(/\.$/, '') ?? ''} (it may be cut short)`);
  } finally {
    zip?.close();
  }
}

/** @returns the end of the last entry */
function refuseOverlaps(entries: readonly ZipEntry[], bad: (problem: string) => UserError): number {
  let end = 0;
  for (const { name, offset, bytes } of entries.toSorted((a, b) => a.offset - b.offset)) {
    if (offset < end) throw bad(`its entry '${name}' shares bytes with another`);
    end = offset + bytes;
  }
  return end;
}
