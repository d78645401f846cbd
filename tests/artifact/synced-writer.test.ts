import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { extendFs, NodeFS, PosixFS } from '@yarnpkg/fslib';
import { SyncedWriter } from '../../artifact/weights/synced-writer.ts';

describe('a writer that waits for the disk', () => {
  // Plug'n'Play puts this file system in the place of Node's; here in that of a copy, as it changes what it is given.
  const copy = { ...fs, promises: { ...fs.promises } };
  const ways = { 'of Node': fs, "of Yarn's Plug'n'Play": extendFs(copy, new PosixFS(new NodeFS())) };
  for (const [whose, { promises }] of Object.entries(ways)) {
    it(`writes to a file ${whose}`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'synced-'));
      const path = join(folder, 'file');
      const file = await promises.open(path, 'wx');
      try {
        const writer = new SyncedWriter(file);
        // More than what the disk is asked to write at once.
        const piece = new Uint8Array(2 ** 26).fill(7);
        await writer.write(piece);
        await writer.write(Uint8Array.of(1, 2, 3));
        const { bytes, sha256 } = await writer.finish();
        assert.equal(bytes, piece.length + 3);
        const written = await readFile(path);
        assert.deepEqual([...written.subarray(-4)], [7, 1, 2, 3]);
        assert.equal(sha256, createHash('sha256').update(written).digest('hex'));
      } finally {
        await file.close();
        await rm(folder, { recursive: true });
      }
    });
  }
});
