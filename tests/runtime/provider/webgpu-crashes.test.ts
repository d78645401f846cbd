import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../../compiler/compile.ts';
import { targetOf } from '../../../compiler/target/target.ts';
import { loadGraph } from '../../../runtime/graph.ts';
import { loadFlamingo } from '../../../runtime/load-flamingo.ts';
import { SMALL_MODELS, writeLivelyWeights } from '../../media/small-models.ts';
import { needsWebgpu } from '../../support/webgpu-device.ts';
import { PROMPTS, TOKENIZER } from '../compiled-model.ts';

const webgpu = targetOf('webgpu');

/** As a target of one's own may be: the provider's kernels, and a cache that grows, which begins without a token. */
const growing = {
  ...webgpu,
  name: 'growing',
  capabilities: { ...webgpu.capabilities, staticCache: false, cacheOnDevice: false },
};

/**
 * The provider ends the process where attention is given a past without tokens, and where what lies on the device is asked
 * for by `getData`. Nothing that a user can call comes to either; were it otherwise, these tests would end with it.
 */
describe("the WebGPU provider's crashes", () => {
  let folder: string;
  const prompts = [PROMPTS['two examples'], PROMPTS['no example']].flatMap((each) => each ?? []);
  const [prompt] = prompts;
  const make = SMALL_MODELS.packed;
  const artifact = async (name: string, options: object) => {
    assert.ok(make);
    const program = make();
    const weights = join(folder, 'weights.safetensors');
    await writeLivelyWeights(weights, program, 3);
    const out = join(folder, name);
    const made = { out, tokenizer: TOKENIZER, weights: [weights], copyWeights: true };
    return { out, manifest: await compile(program, { ...made, ...options }) };
  };

  before(async function () {
    await needsWebgpu(this);
    folder = await mkdtemp(join(tmpdir(), 'webgpu-crashes-'));
  });
  after(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });

  it('are not met by a cache that grows, whose past has no tokens at first', async () => {
    assert.ok(prompt);
    const { out, manifest } = await artifact('growing', { target: growing });
    assert.equal(manifest.language?.cacheLength, undefined);
    await using device = await loadFlamingo(out, { provider: 'webgpu' });
    await using cpu = await loadFlamingo(out, { threads: 1 });
    const [found, expected] = await Promise.all(
      [device, cpu].map((model) => model.generate(prompt, { maxNewTokens: 3 })),
    );
    assert.deepEqual(found?.tokens, expected?.tokens);
  });

  it('are not met by whoever runs a graph by itself and reads all that it gives', async () => {
    const { out, manifest } = await artifact('static', { target: 'webgpu', staticCache: 32 });
    const graphs = ['language', 'cache-select', 'cache-copy', 'media-select', 'media-join'];
    for (const graph of graphs) {
      await using loaded = await loadGraph(out, { graph, provider: 'webgpu' });
      const values = loaded.inputs.map(({ name, dtype, shape }) => {
        const sizes = shape.map((size) => (typeof size === 'number' ? size : size === 'text+32' ? 33 : 1));
        const length = sizes.reduce((all, size) => all * size, 1);
        const data =
          dtype === 'int64'
            ? new BigInt64Array(length)
            : dtype === 'bool'
              ? new Uint8Array(length).fill(1)
              : new Float32Array(length).fill(0.5);
        return [name, { data, shape: sizes }];
      });
      const outputs = await loaded.run(Object.fromEntries(values));
      await loaded.close();
      // Behind the end of the session too.
      for (const { name } of manifest.graphs[graph]?.outputs ?? []) {
        const output = outputs[name];
        assert.ok(output && output.data.length > 0, name);
        assert.equal(
          output.data.length,
          output.shape.reduce((all, size) => all * size, 1),
        );
        assert.ok(Array.from(output.data, Number).every(Number.isFinite), name);
      }
    }
  });

  it('are not met when answers are stopped, or the model is closed, at any moment', async () => {
    assert.ok(prompt);
    const { out } = await artifact('stopped', { target: 'webgpu', staticCache: 96 });
    await using cpu = await loadFlamingo(out, { threads: 1 });
    const expected = await cpu.generate(prompt, { maxNewTokens: 12 });
    // Prompts that begin alike: what they share is brought down from the device while others are written.
    const asked = (count: number) =>
      Array.from({ length: count }, (_, index) => ({ ...prompt, query: { text: `Output:${index}` } }));
    const stopAndClose = async (tokens: number): Promise<void> => {
      const model = await loadFlamingo(out, { provider: 'webgpu' });
      const stop = new AbortController();
      let written = 0;
      const onToken = () => {
        written += 1;
        if (written === tokens) stop.abort();
      };
      const stopped = asked(3).map((each) =>
        model.generate(each, { maxNewTokens: 12, signal: stop.signal, onToken }),
      );
      const others = Promise.all([
        model.generate(prompt, { maxNewTokens: 12 }),
        model.score(prompt, ['a', 'two'], { normalise: 'none' }),
      ]);
      if (tokens === 0) stop.abort();
      for (const result of await Promise.allSettled(stopped))
        if (result.status === 'rejected') assert.equal(result.reason, stop.signal.reason);
      const [answer] = await others;
      assert.deepEqual(answer.tokens, expected.tokens);
      assert.equal((await model.usage()).picturesOnDevice, 0);
      const last = asked(3).map((each) => model.generate(each, { maxNewTokens: 12 }));
      const ended = Promise.allSettled(last);
      await new Promise((resolve) => setTimeout(resolve, 40 * tokens));
      await model.close();
      for (const result of await ended)
        if (result.status === 'rejected') assert.match(String(result.reason), /^UserError: |AbortError/);
    };
    for (const tokens of [0, 1, 3]) await stopAndClose(tokens);
  });
});
