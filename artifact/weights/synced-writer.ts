import { createHash } from 'node:crypto';
import { fdatasync, fsync } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { writeAll } from './file-access.ts';

// By the file's number: under Yarn's Plug'n'Play a file handle has these two methods, which throw.
const dataOnDisk = promisify(fdatasync);
const allOnDisk = promisify(fsync);

/** Bytes after which the disk is asked to write them. */
const SYNCED_AT_ONCE = 2 ** 26;

/** Writes a file from its beginning. The disk writes what it was given while what comes next is being made. */
export class SyncedWriter {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #bytes = 0;
  #unsynced = 0;
  #syncing: Promise<unknown> = Promise.resolve();

  /** @param file open for writing, and empty */
  constructor(file: FileHandle) {
    this.#file = file;
  }

  /** Bytes that were written. */
  get bytes(): number {
    return this.#bytes;
  }

  async write(bytes: Uint8Array): Promise<void> {
    // The system takes the bytes in another thread while this one hashes them.
    const writing = writeAll(this.#file, bytes);
    this.#hash.update(bytes);
    await writing;
    this.#bytes += bytes.length;
    this.#unsynced += bytes.length;
    if (this.#unsynced < SYNCED_AT_ONCE) return;
    await this.#syncing;
    this.#syncing = dataOnDisk(this.#file.fd);
    // Awaited later, when it has failed perhaps.
    this.#syncing.catch(() => {});
    this.#unsynced = 0;
  }

  /**
   * Waits until all is on the disk: a file that then takes another's name is whole, even after a loss of power.
   *
   * @returns how many bytes there are, and their SHA-256 in hexadecimal
   */
  async finish(): Promise<{ readonly bytes: number; readonly sha256: string }> {
    await this.#syncing;
    await allOnDisk(this.#file.fd);
    return { bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
