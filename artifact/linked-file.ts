import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { LinkedFile } from './manifest.ts';

/** A sample of a file: so many places at equal distances, and bytes at each. */
const PLACES = 256;
const BYTES = 1024;

/**
 * Hexadecimal SHA-256 of 256 KiB from all over a file, by which a checkpoint is told from another of the same form
 * without being read: a training step changes nearly every number.
 */
export async function sampleOf(file: FileHandle, size: number): Promise<string> {
  const hash = createHash('sha256');
  const piece = Buffer.alloc(BYTES);
  for (let place = 0; place < PLACES; place += 1) {
    const offset = Math.floor((Math.max(0, size - BYTES) * place) / (PLACES - 1));
    const { bytesRead } = await file.read(piece, 0, BYTES, offset);
    hash.update(piece.subarray(0, bytesRead));
  }
  return hash.digest('hex');
}

/** What tells whether a file was written to: its number on the disk, and when it last was, in nanoseconds. */
export function writingFacts({ ino, mtimeNs }: BigIntStats): NonNullable<LinkedFile['hardLink']> {
  return { inode: String(ino), modified: String(mtimeNs) };
}

/**
 * Whether a checkpoint that is hard-linked into an artifact was written to since. A copy of the artifact has files of
 * its own, with other times, which nobody writes to as a checkpoint.
 */
export function wasWrittenTo({ hardLink }: LinkedFile, found: BigIntStats): boolean {
  const { inode, modified } = writingFacts(found);
  return hardLink !== undefined && hardLink.inode === inode && hardLink.modified !== modified;
}
