import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { initialValues } from '../../compiler/weights/store/initialise.ts';
import { nameParameters } from '../../dsl/index.ts';
import { STRONG } from '../../examples/emoji/augment/augment.ts';
import { type PictureTable, pictureTable } from '../../examples/emoji/batches/picture-table.ts';
import type { Gallery } from '../../examples/emoji/data/gallery.ts';
import { openFeatureTable } from '../../examples/emoji/features/feature-table.ts';
import { openPictureEncoder } from '../../examples/emoji/features/picture-encoder.ts';
import { normFreeResnet } from '../../models/nfnet/norm-free-resnet.ts';
import { smallGallery } from './small-gallery.ts';

describe('features of the frozen vision encoder', () => {
  const vision = normFreeResnet({ image: 24, widths: [4, 8], depths: [1, 1] });
  let folder: string;
  let weights: string;
  let gallery: Gallery;
  let table: PictureTable;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'features-'));
    weights = join(folder, 'weights.safetensors');
    gallery = await smallGallery();
    table = pictureTable(gallery, 1);
    const { parameters } = nameParameters({ vision: vision.parts });
    await writeSafetensors(
      weights,
      [...parameters].map(([name, parameter]) => ({
        name,
        dtype: 'float32' as const,
        shape: parameter.shape,
        data: initialValues(parameter, 1),
      })),
    );
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const openTable = (cache: string, told: number[], signal = new AbortController().signal, file = weights) =>
    openFeatureTable(
      { gallery, table, vision, weights: file, cache },
      { progress: (done) => told.push(done), signal },
    );

  it('are those of each picture by itself, computed once', async () => {
    const cache = join(folder, 'cache');
    const told: number[] = [];
    const features = await openTable(cache, told);
    assert.equal(told.at(-1), table.size);
    const places = [table.size - 1, 0, 3, 0];
    const values = vision.tokens * vision.dim;
    const rows = await features.read(places);
    await using encoder = await openPictureEncoder(vision, weights);
    for (const [index, place] of places.entries()) {
      const pixels = new Float32Array(3 * 24 * 24);
      gallery.draw(table.reference(place), STRONG, vision.preprocessing, pixels);
      const alone = await encoder.encode(pixels);
      assert.equal(alone.length, values);
      const row = rows.subarray(index * values, (index + 1) * values);
      assert.ok(row.every((value, at) => Math.abs(value - (alone[at] ?? 0)) < 1e-4));
    }
    assert.notDeepEqual(rows.subarray(0, values), rows.subarray(values, 2 * values));
    await features.close();
    const again: number[] = [];
    await (await openTable(cache, again)).close();
    assert.deepEqual(again, []);
  });

  it('leave nothing behind when stopped', async () => {
    const controller = new AbortController();
    controller.abort(new Error('stopped'));
    const cache = join(folder, 'stopped');
    await assert.rejects(openTable(cache, [], controller.signal), /stopped/);
    assert.deepEqual(await readdir(cache), []);
  });

  it('need trained weights', async () => {
    const other = join(folder, 'other.safetensors');
    await writeSafetensors(other, [{ name: 'x', dtype: 'float32', shape: [1], data: Float32Array.of(1) }]);
    await assert.rejects(openTable(join(folder, 'none'), [], undefined, other), {
      name: 'UserError',
      message: /other\.safetensors has no 'vision\.stem\.\w+', which the vision encoder needs/,
    });
    await assert.rejects(openTable(join(folder, 'none'), [], undefined, join(folder, 'missing')), {
      name: 'UserError',
    });
  });
});
