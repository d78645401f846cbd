import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unexpectedWarning } from '../../../cli/run/print-profile.ts';
import { compile } from '../../../compiler/compile.ts';
import { loadGraph } from '../../../runtime/graph.ts';
import { loadFlamingo } from '../../../runtime/load-flamingo.ts';
import { SMALL_MODELS, writeLivelyWeights } from '../../media/small-models.ts';
import { needsWebgpu } from '../../support/webgpu-device.ts';
import { PROMPTS, TOKENIZER } from '../compiled-model.ts';

const prompts = [PROMPTS['two examples']].flatMap((each) => each ?? []);
const [prompt] = prompts;

describe('the profile of a model', () => {
  let folder: string;
  let weights: string;
  const program = Object.values(SMALL_MODELS)[0]?.();
  before(async () => {
    assert.ok(program && prompt);
    folder = await mkdtemp(join(tmpdir(), 'profile-'));
    weights = join(folder, 'weights.safetensors');
    await writeLivelyWeights(weights, program, 3);
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const compiled = async (target: string, more: object = {}) => {
    assert.ok(program);
    const out = join(folder, target);
    const made = { tokenizer: TOKENIZER, weights: [weights], copyWeights: true, target, replace: true };
    return { out, manifest: await compile(program, { ...made, out, ...more }) };
  };
  const recordings = async () =>
    (await readdir(tmpdir())).filter((name) => name.startsWith('flamingo-profile-'));

  it('has every node that ran, by phases, of steps and of a graph of whole answers', async () => {
    assert.ok(prompt);
    const { out, manifest } = await compiled('cpu', { generation: true });
    const before = await recordings();
    const nodesOf = async (generation: 'steps' | 'graph') => {
      await using model = await loadFlamingo(out, { profile: true, generation, threads: 1 });
      const { tokens } = await model.generate(prompt, { maxNewTokens: 5 });
      const { provider, phases, onCpu } = await model.profile();
      assert.equal(provider, 'cpu');
      assert.deepEqual(onCpu, []);
      assert.deepEqual((await model.profile()).phases, phases, 'a second time it is the same');
      for (const { nodes, milliseconds } of phases) {
        assert.ok(nodes.length > 0);
        assert.ok(nodes.every(({ provider: ran }) => ran === 'CPU'));
        const sum = nodes.reduce((all, each) => all + each.milliseconds, 0);
        assert.ok(sum <= milliseconds, 'nodes take no longer than the runs that they are of');
      }
      await model.generate(prompt, { maxNewTokens: 1 });
      return { tokens, phases };
    };
    const steps = await nodesOf('steps');
    assert.deepEqual(
      steps.phases.map(({ phase, graph, runs }) => [phase, graph, runs]),
      [
        ['vision', 'vision', 1],
        ['prefill', 'language', 1],
        ['decode', 'language', steps.tokens.length - 1],
      ],
    );
    const graph = await nodesOf('graph');
    assert.deepEqual(graph.tokens, steps.tokens);
    const [, generate] = graph.phases;
    assert.equal(generate?.phase, 'generate');
    assert.equal(generate.nodes.filter(({ operator }) => operator === 'Loop').length, 1);
    assert.ok(
      generate.nodes.some(({ runs }) => runs > generate.runs),
      'nodes in the loop ran more often than the graph',
    );
    assert.ok(manifest.graphs.generate, 'it was compiled');
    assert.deepEqual(await recordings(), before, 'what was recorded is not left behind');
  });

  it('is not to be had where nothing was recorded, and is of a graph by itself too', async () => {
    const { out } = await compiled('cpu', { generation: true });
    await using model = await loadFlamingo(out, { threads: 1 });
    await assert.rejects(model.profile(), /Nothing was recorded.*load the model with \{ profile: true \}/);
    await using vision = await loadGraph(out, { graph: 'vision', profile: true, threads: 1 });
    const [pixels] = vision.inputs;
    const shape = (pixels?.shape ?? []).map((size) => (typeof size === 'number' ? size : 1));
    const data = new Float32Array(shape.reduce((all, size) => all * size, 1));
    await vision.run({ pixels: { data, shape } });
    await vision.run({ pixels: { data, shape } });
    const { phases } = await vision.profile();
    assert.deepEqual(
      phases.map(({ phase, runs }) => [phase, runs]),
      [['vision', 2]],
    );
  });

  it('has on WebGPU no node on the CPU but those that were said to be when it was compiled', async function () {
    await needsWebgpu(this);
    assert.ok(prompt);
    const { out, manifest } = await compiled('webgpu', { staticCache: 128 });
    await using model = await loadFlamingo(out, { provider: 'webgpu', profile: true });
    await model.generate(prompt, { maxNewTokens: 2 });
    const profile = await model.profile();
    assert.ok(
      profile.phases.every(({ nodes }) => nodes.some(({ provider }) => provider === 'WebGpu')),
      'every phase runs there',
    );
    assert.equal(unexpectedWarning(profile), undefined);
    const expected = new Set(
      Object.values(manifest.graphs).flatMap(({ fallbacks }) => fallbacks.map(({ node }) => node)),
    );
    for (const { node, reason } of profile.onCpu) assert.ok(expected.has(node) && reason !== null, node);
  });
});
