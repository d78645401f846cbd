import { read } from 'node:fs';
import { fromRandomAccessReaderPromise, RandomAccessReader } from 'yauzl';
import { plain } from '../../../artifact/quoted.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { withFile } from '../../../artifact/weights/file-access.ts';
import { LIMITS } from '../../../dsl/limits.ts';

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
  return withFile(path, async (file) => {
    const { size } = await file.stat();
    return entriesOf(new RangeReader(file.fd, size), size, path, needed);
  });
}

async function entriesOf(
  reader: RangeReader,
  size: number,
  path: string,
  needed: (name: string) => boolean,
): Promise<ZipContents> {
  const bad = (problem: string) => new UserError(`${path} is not a whole PyTorch checkpoint: ${problem}.`);
  try {
    const zip = await fromRandomAccessReaderPromise(reader, size, { autoClose: false });
    const entries = new Map<string, ZipEntry>();
    const ranges: ZipEntry[] = [];
    if (zip.entryCount > LIMITS.zipEntries.most)
      throw bad(`it has ${zip.entryCount} entries, but at most ${LIMITS.zipEntries.most} are read`);
    for await (const entry of zip.eachEntry()) {
      const { fileName: name, compressionMethod, uncompressedSize: bytes } = entry;
      const label = `its entry '${plain(name)}'`;
      if (name.length > LIMITS.tensorName.most)
        throw bad(`${label} has a name of more than the ${LIMITS.tensorName.most} characters that are read`);
      if (name.endsWith('/')) continue;
      const stored = compressionMethod === 0 && entry.compressedSize === bytes;
      if (!stored && needed(name)) {
        throw bad(
          `${label} is compressed (${entry.compressedSize} bytes for ${bytes}), which torch.save never does; save it again with torch.save`,
        );
      }
      if (entry.isEncrypted()) throw bad(`${label} is encrypted`);
      if (entries.has(name)) throw bad(`it has two entries '${plain(name)}'`);
      const { fileDataStart: offset } = await zip.readLocalFileHeaderPromise(entry, { minimal: true });
      if (offset + entry.compressedSize > size) throw bad(`${label} reaches beyond the end of the file`);
      ranges.push({ name, offset, bytes: entry.compressedSize });
      if (stored) entries.set(name, { name, offset, bytes });
    }
    const offset = refuseOverlaps(ranges, bad);
    return { entries, directory: { offset, bytes: size - offset } };
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (/^Invalid comment length/.test(reason)) throw bad('bytes that are not its own follow its end');
    const [first = ''] = reason.split('\n', 1);
    throw bad(`${first.slice(0, 200).replace(/\.$/, '')} (it may be cut short)`);
  }
}

/** The ranges of a file that a zip file's own numbers point to: those beyond its end, of any size, are refused. */
class RangeReader extends RandomAccessReader {
  constructor(
    private readonly file: number,
    private readonly size: number,
  ) {
    super();
  }

  override read(
    buffer: Buffer,
    offset: number,
    length: number,
    position: number,
    callback: (error: Error | null, bytesRead?: number) => void,
  ): void {
    if (position >= 0 && position + length <= this.size)
      read(this.file, buffer, offset, length, position, callback);
    else setImmediate(callback, new Error('it points beyond the end of the file'));
  }
}

/** @returns the end of the last entry */
function refuseOverlaps(entries: readonly ZipEntry[], bad: (problem: string) => UserError): number {
  let end = 0;
  for (const { name, offset, bytes } of entries.toSorted((a, b) => a.offset - b.offset)) {
    if (offset < end) throw bad(`its entry '${plain(name)}' shares bytes with another`);
    end = offset + bytes;
  }
  return end;
}
