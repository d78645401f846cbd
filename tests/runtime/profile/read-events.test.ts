import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { placements, timesByOperator } from '../../../runtime/profile/placement.ts';
import { joinStages, type PhaseProfile } from '../../../runtime/profile/profile.ts';
import { readEvents } from '../../../runtime/profile/read-events.ts';

type Types = readonly Readonly<Record<string, readonly number[]>>[];

/** A node's line as ONNX Runtime 1.30 writes it. */
const node = (
  name: string,
  operator: string,
  provider: string,
  [ts, dur]: [number, number],
  types: Types,
) => ({
  ...{ cat: 'Node', pid: 1, tid: 1, dur, ts, ph: 'X', name: `${name}_kernel_time` },
  args: {
    ...{ op_name: operator, provider: `${provider}ExecutionProvider`, output_size: '8' },
    ...{ input_type_shape: types, output_type_shape: types },
  },
});
const run = (ts: number, dur: number) => ({
  ...{ cat: 'Session', pid: 1, tid: 1, dur, ts, ph: 'X', name: 'model_run', args: {} },
});
const FLOATS: Types = [{ float16: [1, 8] }];
const SIZES: Types = [{ int64: [2] }, { bool: [] }, { float: [1] }];

describe('what ONNX Runtime writes of its runs', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'events-'));
  });
  after(() => rm(folder, { recursive: true }));

  const read = async (events: readonly object[], phases: readonly string[]) => {
    const file = join(folder, 'events.json');
    await writeFile(file, `[\n${events.map((each) => JSON.stringify(each)).join(',\n')}\n]\n`);
    return readEvents(file, 'language', (number) => phases[number] ?? 'none');
  };

  it('becomes phases, with the nodes of a loop apart from the loop', async () => {
    const events = [
      { cat: 'Session', dur: 9, ts: 0, name: 'session_initialization', args: {} },
      node('embed', 'Gather', 'CUDA', [10, 1000], FLOATS),
      node('step/size', 'Add', 'CPU', [1100, 50], SIZES),
      node('step/product', 'MatMul', 'CUDA', [1200, 2000], FLOATS),
      node('step/product', 'MatMul', 'CUDA', [3300, 1000], FLOATS),
      { cat: 'Session', dur: 3, ts: 1100, name: 'SequentialExecutor::Execute', args: {} },
      node('loop', 'Loop', 'CUDA', [1050, 4000], FLOATS),
      run(0, 6000),
      node('embed', 'Gather', 'CUDA', [7000, 500], FLOATS),
      run(6900, 800),
    ];
    const [first, second, ...others] = await read(events, ['prefill', 'decode']);
    assert.deepEqual(others, []);
    assert.deepEqual(
      first?.nodes.map(({ node: name, runs, milliseconds, computesSizes, provider }) => [
        ...[name, runs, milliseconds, computesSizes, provider],
      ]),
      [
        ['step/product', 2, 3, false, 'CUDA'],
        ['embed', 1, 1, false, 'CUDA'],
        ['loop', 1, 0.95, false, 'CUDA'],
        ['step/size', 1, 0.05, true, 'CPU'],
      ],
    );
    assert.deepEqual([first?.phase, first?.runs, first?.milliseconds], ['prefill', 1, 6]);
    assert.deepEqual([second?.phase, second?.runs, second?.nodes.length], ['decode', 1, 1]);
  });

  it('is refused in another form, by the file', async () => {
    await assert.rejects(
      read([{ cat: 'Node', name: 7 }], []),
      /events\.json in another form than that of 1\.30/,
    );
  });

  it('joins the stages of a graph that was cut', () => {
    const stage = (time: number): PhaseProfile => ({
      ...{ phase: 'decode', graph: 'language', runs: 3, milliseconds: time },
      nodes: [
        {
          ...{ node: `n${time}`, operator: 'Add', provider: 'CPU', runs: 3, milliseconds: time },
          computesSizes: false,
        },
      ],
    });
    const [joined] = joinStages([[stage(1)], [stage(2)]]);
    assert.deepEqual([joined?.runs, joined?.milliseconds], [3, 3]);
    assert.deepEqual(
      joined?.nodes.map(({ node: name }) => name),
      ['n2', 'n1'],
    );
  });

  it('tells a fall-back that was known from one that was not, and sizes from both', async () => {
    const phases = await read(
      [
        node('sizes', 'Concat', 'CPU', [0, 1], SIZES),
        node('listed', 'MaxPool', 'CPU', [1, 1], FLOATS),
        node('surprise', 'Conv', 'CPU', [2, 1], FLOATS),
        node('there', 'MatMul', 'CUDA', [3, 1], FLOATS),
        run(0, 5),
      ],
      ['prefill'],
    );
    const graph = {
      ...{
        file: 'language.onnx',
        inputs: [],
        outputs: [],
        operators: { before: {}, after: {} },
        fusions: {},
      },
      fallbacks: [{ node: 'listed', operator: 'MaxPool', reason: 'no kernel of this opset' }],
    };
    const manifest = { graphs: { language: graph } };
    const { onCpu } = placements('cuda', phases, manifest);
    assert.deepEqual(
      onCpu.map(({ node: name, reason }) => [name, reason]),
      [
        ['listed', 'no kernel of this opset'],
        ['surprise', null],
      ],
    );
    assert.deepEqual(placements('cpu', phases, manifest).onCpu, [], 'the CPU is where it was to run');
    assert.deepEqual(
      timesByOperator(phases[0]?.nodes ?? []).map(({ operator, nodes }) => [operator, nodes]),
      [
        ['Concat', 1],
        ['MaxPool', 1],
        ['Conv', 1],
        ['MatMul', 1],
      ],
    );
  });
});
