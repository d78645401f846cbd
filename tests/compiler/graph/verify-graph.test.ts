import assert from 'node:assert/strict';
import { compileGraph, type GraphOptions } from '../../../compiler/compile-graph.ts';
import { verifyGraph } from '../../../compiler/graph/verify-graph.ts';
import { stepGraph } from '../../../compiler/training/step-graph.ts';
import type { Graph } from '../../../dsl/graph.ts';
import { linear, nameParameters, recipe, reduceMean, square, task } from '../../../dsl/index.ts';
import { add } from '../../../dsl/operators/add.ts';
import { cast } from '../../../dsl/operators/cast.ts';
import { relu } from '../../../dsl/operators/relu.ts';
import { parameterTensor } from '../../../dsl/parameter.ts';
import type { Operation, Tensor } from '../../../dsl/tensor.ts';
import { smallPrograms } from '../../models/small-programs.ts';
import { openGraph } from '../../operators/build-case.ts';
import { OPERATOR_CASES } from '../../operators/cases/index.ts';
import { input } from '../../support/run-graph.ts';

const WAYS: Readonly<Record<string, GraphOptions>> = {
  fused: {},
  plain: { fusion: false },
  'in int8': { precision: 'int8' },
  'for CUDA': { target: 'cuda' },
  'for CUDA in int4': { target: 'cuda', precision: 'int4' },
};

describe('every pass leaves a whole graph', () => {
  for (const [way, options] of Object.entries(WAYS)) {
    it(`of every case of the operators, ${way}`, () => {
      for (const each of OPERATOR_CASES) compileGraph(openGraph(each), { ...options, verify: true });
    });
    it(`of small models of every kind, ${way}`, () => {
      for (const make of Object.values(smallPrograms)) {
        for (const graph of Object.values(make().graphs)) compileGraph(graph, { ...options, verify: true });
      }
    });
  }

  it('of a step of training', () => {
    const layer = linear(4, 2);
    const made = recipe({
      name: 'small',
      steps: 1,
      parts: { layer },
      tasks: [
        task({
          name: 'fit',
          inputs: { x: { dtype: 'float32', shape: [8, 4] } },
          loss: ({ x }) => reduceMean(square(layer(x))),
          data: { batch: () => ({ x: new Float32Array(32) }) },
        }),
      ],
      optimizer: { learningRate: 0.1 },
    });
    const { graph } = stepGraph(made);
    compileGraph(graph, { precision: 'float32', marks: false, verify: true });
  });
});

describe('a pass that breaks a graph is named', () => {
  const x = input('x', 'float32', ['batch', 4]);
  const layer = linear(4, 4);
  const graph = nameParameters({ layer }).place({
    name: 'whole',
    inputs: { x },
    outputs: { y: add(relu(x), layer(x as Tensor<'float32', ['batch', 4]>) as Tensor) },
  });
  const outputs = (y: Tensor): Graph => ({ ...graph, outputs: { y } });
  const sum = graph.outputs.y;
  const operation = (tensor: Tensor | undefined): Operation => {
    assert.ok(tensor?.source.kind === 'operation');
    return tensor.source.operation;
  };
  /** The sum with something else about its operation. */
  const changed = (
    change: Partial<Operation>,
    type: Partial<Pick<Tensor, 'dtype' | 'shape'>> = {},
  ): Tensor => {
    const made: Tensor[] = [];
    const altered: Operation = { ...operation(sum), outputs: made, ...change };
    const tensor: Tensor = {
      dtype: 'float32',
      shape: ['batch', 4],
      ...type,
      source: { kind: 'operation', operation: altered, output: 0 },
    };
    made.push(tensor);
    return tensor;
  };
  const [left, right] = operation(sum).inputs;

  it('and nothing is wrong with one that does nothing', () => {
    verifyGraph(graph, graph, 'nothing');
  });

  const broken: Readonly<Record<string, readonly [Graph, RegExp]>> = {
    'drops an output': [{ ...graph, outputs: {} }, /its outputs are , but they were y/],
    'drops an input': [{ ...graph, inputs: {} }, /its inputs are , but they were x/],
    'changes the dtype of an output': [
      outputs(changed({ inputs: [left, right] }, { dtype: 'float16' })),
      /'y' of its outputs is float16 \[batch, 4\], but it was float32/,
    ],
    'reads an input of another graph': [
      outputs(changed({ inputs: [input('z', 'float32', ['batch', 4]), right] })),
      /'add' .*reads the input 'z', which the graph does not have/,
    ],
    'leaves inputs that do not fit': [
      outputs(changed({ inputs: [left, input('x', 'int64', ['batch', 4])] })),
      /reads the input 'x', which the graph does not have/,
    ],
    'joins operands of two dtypes': [
      { ...graph, inputs: { x }, outputs: { y: changed({ inputs: [left, cast(relu(x), 'float16')] }) } },
      /'add' .*is refused by its shape rule: add: dtypes float32 and float16 do not mix/,
    ],
    'says another shape than the rule': [
      {
        ...graph,
        outputs: { y: add(changed({ inputs: [left, right] }, { shape: ['batch', 1] }), sum ?? x) },
      },
      /output 0 of 'add' .*is float32 \[batch, 1\], but its shape rule gives float32 \[batch, 4\]/,
    ],
    'reads a parameter that no program has': [
      outputs(
        add(
          relu(x),
          parameterTensor({ dtype: 'float32', shape: [4], initialiser: { kind: 'constant', value: 0 } }),
        ),
      ),
      /reads a parameter without a name/,
    ],
    'reads a constant of the wrong length': [
      outputs(
        add(relu(x), {
          dtype: 'float32',
          shape: [4],
          source: { kind: 'constant', data: Float32Array.of(1) },
        }),
      ),
      /reads a constant float32 \[4\] of 1 values/,
    ],
    'reads an output that is not made': [
      outputs(
        add(relu(x), {
          dtype: 'float32',
          shape: [4],
          source: { kind: 'operation', operation: operation(left), output: 1 },
        }),
      ),
      /reads an output 1 that 'relu' does not make/,
    ],
  };
  for (const [what, [after, sentence]] of Object.entries(broken)) {
    it(`that ${what}`, () => {
      assert.throws(
        () => verifyGraph(after, graph, 'the pass'),
        (error) => {
          assert.ok(error instanceof Error);
          assert.match(error.message, /^after 'the pass', graph 'whole' is broken: /);
          assert.match(error.message, sentence);
          return true;
        },
      );
    });
  }
});
