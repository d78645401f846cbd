import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../../compiler/compile.ts';
import { withArtifact } from '../../../runtime/artifact/artifact.ts';
import { requireLanguage } from '../../../runtime/artifact/manifest-text.ts';
import { DeviceGraphs } from '../../../runtime/generate/cache/device-graphs.ts';
import { newTextCache } from '../../../runtime/generate/cache/new-text-cache.ts';
import type { StoredTokens } from '../../../runtime/generate/cache/stored-tokens.ts';
import type { TextCache } from '../../../runtime/generate/cache/text-cache.ts';
import { LanguageModel } from '../../../runtime/generate/language-model.ts';
import { mediaWayOf } from '../../../runtime/media/index.ts';
import { openGraphSession } from '../../../runtime/session/open-graph.ts';
import { loadTokenizer } from '../../../runtime/tokenizer.ts';
import { SMALL_FAMILIES } from '../../media/small-families.ts';
import { needsWebgpu } from '../../support/webgpu-device.ts';
import { TOKENIZER } from '../compiled-model.ts';

const LENGTH = 256;
const shape = { layers: 2, keyValueHeads: 4, headDim: 8 };

/** What is stored of tokens: numbers that tell them, their layer and their head apart. */
function stored(tokens: number, first: number): StoredTokens {
  const names = ['key.0', 'value.0', 'key.1', 'value.1'];
  const values = names.map((name, index): [string, Float32Array] => [
    name,
    Float32Array.from({ length: 4 * tokens * 8 }, (_, place) => first + index / 8 + place / 4096),
  ]);
  return { tokens, values: new Map(values) };
}

describe('a cache on the device', () => {
  let folder: string;
  const opened: AsyncDisposable[] = [];
  let model: LanguageModel;
  let fresh: (rows: number, device: boolean) => TextCache;
  before(async function () {
    await needsWebgpu(this);
    folder = await mkdtemp(join(tmpdir(), 'device-cache-'));
    const make = SMALL_FAMILIES.OPT;
    assert.ok(make);
    const out = join(folder, 'model');
    await compile(make(), { out, tokenizer: TOKENIZER, target: 'webgpu', staticCache: LENGTH });
    await withArtifact(
      out,
      { verify: false, ways: [] },
      async (artifact) => {
        const manifest = requireLanguage(artifact);
        const { language, media } = manifest;
        const open = (name: string, options = {}) =>
          openGraphSession(artifact, name, { ...options, provider: 'webgpu' });
        const graphs = await DeviceGraphs.open(manifest, open);
        const session = await open('language');
        opened.push(graphs, session);
        const { special } = await loadTokenizer(artifact.path('tokenizer.json'), language.tokens);
        model = new LanguageModel(
          session,
          language,
          mediaWayOf(media, { language, special }),
          special,
          graphs,
        );
        fresh = (rows, device) =>
          newTextCache(
            language,
            { writesInPlace: false, device: device ? graphs.cache : undefined },
            { rows, mostLength: LENGTH },
          );
      },
      async () => {},
    );
  });
  after(async () => {
    for (const each of opened) await each[Symbol.asyncDispose]();
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('selects, joins and copies rows as one in memory of the process does, and holds as many bytes', async () => {
    const beginnings = [[{ stored: stored(5, 1), count: 4 }], [{ stored: stored(3, 2), count: 3 }]];
    const results: (readonly StoredTokens[])[] = [];
    const bytes: number[][] = [];
    for (const device of [false, true]) {
      const cache = fresh(2, device);
      cache.begin(beginnings, 0);
      const sizes: number[] = [];
      const rows: StoredTokens[] = [];
      const note = async () => {
        sizes.push(cache.bytes, ...cache.lengths, ...cache.mask(cache.rows - 1));
        for (const [row, length] of cache.lengths.entries()) rows.push(await cache.copy(row, 1, length));
      };
      await note();
      // As a run asks for it: from here on it is on the device.
      await cache.feeds([Uint8Array.of(1), Uint8Array.of(1)]);
      await note();
      await cache.select([1, 0, 1]);
      await note();
      const other = fresh(1, device);
      other.begin([[{ stored: stored(7, 3), count: 7 }]], 0);
      await cache.join(other);
      other.release();
      await note();
      const empty = fresh(0, device);
      await empty.join(cache);
      await cache.select([3]);
      await note();
      assert.deepEqual(empty.lengths, [3, 4, 3, 7]);
      rows.push(await empty.copy(1, 0, 4));
      empty.release();
      cache.release();
      assert.deepEqual([cache.rows, cache.bytes], [0, 0]);
      results.push(rows);
      bytes.push(sizes);
    }
    const [expected, found] = results;
    assert.deepEqual(found, expected);
    assert.deepEqual(bytes[1], bytes[0]);
  });

  it('is written into where it lies, and grows by nothing in a thousand steps', async () => {
    const prompt = { tokens: [5, 6, 7], media: [] };
    const { text } = await model.prefill([prompt, prompt], 200);
    const keys = async () => {
      const feeds = await text.cache.feeds([Uint8Array.of(1), Uint8Array.of(1)]);
      return Object.entries(feeds).flatMap(([name, tensor]) => (name.startsWith('past_') ? [tensor] : []));
    };
    const before = await keys();
    for (let step = 0; step < 20; step++) await model.continue(text, [[8], [9]]);
    assert.deepEqual(text.cache.lengths, [23, 23]);
    const after = await keys();
    assert.equal(after.length, 2 * shape.layers);
    for (const [index, tensor] of after.entries()) {
      assert.equal(tensor.location, 'gpu-buffer');
      assert.equal(tensor, before[index], 'the same memory');
    }
    const change = async (step: number) => {
      await text.cache.select(step % 2 === 0 ? [1, 0, 0, 1] : [3, 1]);
      if (step % 10 !== 0) return;
      const other = fresh(2, true);
      await other.join(text.cache);
      other.release();
    };
    for (let step = 0; step < 200; step++) await change(step);
    const held = process.memoryUsage().rss;
    for (let step = 0; step < 1000; step++) await change(step);
    const more = process.memoryUsage().rss - held;
    // What each step makes anew, kept a thousand times.
    const leaked = 1000 * 3 * 2 * shape.layers * shape.keyValueHeads * LENGTH * shape.headDim * 4;
    assert.ok(more < leaked / 4, `${more} bytes more after a thousand steps`);
    text.release();
    assert.equal(text.cache.bytes, 0);
  });
});
