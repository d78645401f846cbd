import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import { add, cos, floor, graph, multiply } from '../../models/index.ts';
import { loadGraph } from '../../runtime/graph.ts';
import { needsWebgpu } from '../support/webgpu-device.ts';
import { flamingo } from './run-cli.ts';

/** WebGPU's provider has no kernel for a cosine; the other nodes run there. */
const program = graph({
  name: 'waves',
  inputs: { x: { dtype: 'float32', shape: ['rows', 4] } },
  outputs: ({ x }) => ({ y: multiply(add(cos(x), 1), floor(x)) }),
});

describe('inspect, of what is compiled for a device', () => {
  let folder: string;
  const inspected = async (target: string, ...words: readonly string[]) => {
    const out = join(folder, target);
    await compile(program, { out, target, replace: true });
    const { code, stdout, stderr } = await flamingo('inspect', out, ...words);
    assert.equal(code, 0, stderr);
    return stdout;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'inspect-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('names the nodes that are expected on the CPU, and why', async () => {
    const shown = await inspected('webgpu');
    assert.match(shown, /runs on +3 nodes on webgpu, 1 on the cpu for want of a kernel\n/);
    const [, node = ''] = /\n +(\S+) \(Cos\): the provider has no kernel/.exec(shown) ?? [];
    assert.notEqual(node, '', shown);
    const { graphs } = JSON.parse(await inspected('webgpu', '--json'));
    const [main] = Object.values<{ fallbacks: { node: string; operator: string }[] }>(graphs);
    assert.deepEqual(
      main?.fallbacks.map((each) => [each.node, each.operator]),
      [[node, 'Cos']],
    );
  });

  it('expects no node elsewhere where the CPU computes all of it', async () => {
    for (const target of ['cpu', 'web'])
      assert.match(await inspected(target), new RegExp(`runs on +4 nodes on ${target}\n`));
    assert.match(await inspected('cuda'), /runs on +7 nodes on cuda, 0 on the cpu for want of a kernel\n/);
  });

  it('is right: a device leaves these nodes to the CPU, and no other', async function () {
    await needsWebgpu(this);
    const out = join(folder, 'run');
    const { graphs } = await compile(program, { out, target: 'webgpu' });
    await using loaded = await loadGraph(out, { provider: 'webgpu', profile: true });
    const x = { data: Float32Array.of(0, 1.5, 2.5, 3, -1, -2.5, 10, 0.5), shape: [2, 4] };
    const { y } = await loaded.run({ x });
    const expected = Array.from(x.data, (value) => (Math.cos(value) + 1) * Math.floor(value));
    for (const [place, value] of expected.entries())
      assert.ok(Math.abs(Number(y?.data[place]) - value) < 1e-5);
    const { phases, onCpu } = await loaded.profile();
    const [main] = Object.values(graphs);
    assert.deepEqual(
      onCpu.map(({ node }) => node),
      main?.fallbacks.map(({ node }) => node),
    );
    const there = phases.flatMap(({ nodes }) => nodes.filter(({ provider }) => provider === 'WebGpu'));
    // Besides what carries values to the CPU and back.
    const computed = there.filter(({ operator }) => !operator.startsWith('Memcpy'));
    assert.deepEqual(computed.map(({ operator }) => operator).sort(), ['Add', 'Floor', 'Mul']);
  });
});
