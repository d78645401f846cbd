import assert from 'node:assert/strict';
import { PORTS } from '../../artifact/training-plan.ts';
import { type StepGraphOptions, stepGraph } from '../../compiler/training/step-graph.ts';
import { elementCount } from '../../dsl/element-count.ts';
import {
  add,
  frozen,
  gelu,
  layerNorm,
  linear,
  multiply,
  parameter,
  recipe,
  tanh,
  task,
} from '../../models/index.ts';
import { crossEntropy } from '../../models/losses/index.ts';
import * as onnxruntime from '../../runtime/onnx-runtime.ts';
import { AdamW } from '../../runtime/training/optimizer/adamw.ts';
import { assertClose } from '../models/close.ts';
import { openReference, tensorsUnder } from '../models/reference.ts';
import { withGraph } from '../support/run-program.ts';

const STEPS = 20;

describe('the step graph', () => {
  const WHAT =
    'equals 20 steps of PyTorch: loss, clipping by the global norm, AdamW without decay of norms, biases and gates';
  it(WHAT, () => compareWithPyTorch({ optimizerOnHost: false }));
  it(`${WHAT}; by the host, from its gradients`, () => compareWithPyTorch({ optimizerOnHost: true }));
});

async function compareWithPyTorch({ optimizerOnHost }: Required<StepGraphOptions>): Promise<void> {
  const file = await openReference('adamw.safetensors');
  const { betas, eps, weight_decay, clip_norm } = JSON.parse(file.metadata.get('options') ?? '{}');
  const [, rows = 0, width = 0] = file.tensor('input.x').shape;
  const [classes = 0] = file.tensor('weights.down.bias').shape;
  const [inner = 0] = file.tensor('weights.up.bias').shape;
  const parts = {
    norm: layerNorm(width),
    up: linear(width, inner),
    down: linear(inner, classes),
    ff_gate: parameter([1]),
    skip: linear(width, classes, { bias: false }),
  };
  const made = recipe({
    name: 'reference',
    steps: STEPS,
    parts: { ...parts, skip: frozen(parts.skip) },
    tasks: [
      task({
        name: 'rows',
        inputs: {
          x: { dtype: 'float32', shape: [rows, width] },
          labels: { dtype: 'int64', shape: [rows] },
        },
        loss({ x, labels }) {
          const inside = parts.down(gelu(parts.up(parts.norm(x))));
          return crossEntropy(add(parts.skip(x), multiply(tanh(parts.ff_gate), inside)), labels);
        },
        data: { batch: () => ({ x: new Float32Array(rows * width), labels: new BigInt64Array(rows) }) },
      }),
    ],
    optimizer: { learningRate: 1, betas, epsilon: eps, weightDecay: weight_decay, clipNorm: clip_norm },
  });
  const { graph, trained } = stepGraph(made, { optimizerOnHost });
  const adamW = new AdamW(made.optimizer);
  const names = trained.map(({ parameter }) => parameter.name);
  const read = async (name: string) => {
    const data = await file.readFloat32(name);
    return new onnxruntime.Tensor('float32', data, file.tensor(name).shape);
  };
  const state = new Map<string, onnxruntime.Tensor>();
  for (const name of names) {
    const { shape } = file.tensor(`weights.${name}`);
    state.set(PORTS.value(name), await read(`weights.${name}`));
    for (const port of [PORTS.firstMoment(name), PORTS.secondMoment(name)])
      state.set(port, new onnxruntime.Tensor('float32', new Float32Array(elementCount(shape)), shape));
  }
  const [x, labels] = [await file.readFloat32('input.x'), await file.read('input.labels')];
  const [rates, losses, norms] = await Promise.all(
    ['input.learning_rates', 'output.losses', 'output.gradient_norms'].map((name) => file.readFloat32(name)),
  );
  assert.ok(labels instanceof BigInt64Array && rates && losses && norms);
  const weights = { ...made, checkpointNames: [] };
  await withGraph(
    graph,
    weights,
    [tensorsUnder(file, 'weights.')],
    { session: { intraOpNumThreads: 1 } },
    async (run) => {
      for (let step = 0; step < STEPS; step += 1) {
        const ofStep = <A extends Float32Array | BigInt64Array>(all: A, size: number) =>
          all.slice(step * size, (step + 1) * size);
        const outputs = await run({
          ...Object.fromEntries([...state].filter(([port]) => !optimizerOnHost || names.includes(port))),
          ...(!optimizerOnHost && {
            [PORTS.learningRate]: new onnxruntime.Tensor('float32', ofStep(rates, 1), []),
          }),
          [PORTS.step]: new onnxruntime.Tensor('float32', [step + 1], []),
          [PORTS.taskInput('rows', 'x')]: new onnxruntime.Tensor('float32', ofStep(x, rows * width), [
            rows,
            width,
          ]),
          [PORTS.taskInput('rows', 'labels')]: new onnxruntime.Tensor('int64', ofStep(labels, rows), [rows]),
        });
        assertClose(dataOf(outputOf(outputs, PORTS.loss)), ofStep(losses, 1));
        if (optimizerOnHost) {
          const gradients = names.map((name) => dataOf(outputOf(outputs, PORTS.gradient(name))));
          const gradientNorm = adamW.globalNorm(gradients);
          assertClose([gradientNorm], ofStep(norms, 1));
          const learned = names.map((name, index) => ({
            value: dataOf(state.get(PORTS.value(name))),
            firstMoment: dataOf(state.get(PORTS.firstMoment(name))),
            secondMoment: dataOf(state.get(PORTS.secondMoment(name))),
            gradient: gradients[index] ?? new Float32Array(),
            decays: file.tensor(`weights.${name}`).shape.length > 1,
          }));
          adamW.step(learned, { learningRate: rates[step] ?? 0, step: step + 1, gradientNorm });
        } else {
          for (const port of state.keys()) state.set(port, outputOf(outputs, PORTS.updated(port)));
          assertClose(dataOf(outputOf(outputs, PORTS.gradientNorm)), ofStep(norms, 1));
        }
        const stored = (prefix: string) => `${prefix}.${step + 1}`;
        for (const name of names) {
          for (const [port, prefix] of [
            [PORTS.value(name), 'output'],
            [PORTS.firstMoment(name), 'first_moment'],
            [PORTS.secondMoment(name), 'second_moment'],
          ] as const) {
            const expected = `${stored(prefix)}.${name}`;
            if (file.has(expected)) assertClose(dataOf(state.get(port)), await file.readFloat32(expected));
          }
        }
      }
    },
  );
}

function outputOf(outputs: Readonly<Record<string, onnxruntime.Tensor>>, name: string): onnxruntime.Tensor {
  const value = outputs[name];
  assert.ok(value, `an output ${name}`);
  return value;
}

function dataOf(tensor: onnxruntime.Tensor | undefined): Float32Array {
  assert.ok(tensor?.data instanceof Float32Array);
  return tensor.data;
}
