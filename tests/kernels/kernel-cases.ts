import { compileGraph } from '../../compiler/compile-graph.ts';
import { encodeModel } from '../../compiler/onnx/encode-model.ts';
import { lowerGraph } from '../../compiler/onnx/lower.ts';
import type { OnnxGraph } from '../../compiler/onnx/onnx-graph.ts';
import { decompose } from '../../compiler/passes/decompose.ts';
import { halfPrecision } from '../../compiler/passes/half-precision.ts';
import { BLOCK_FORMATS } from '../../compiler/quantisation/block-format.ts';
import { quantiseRows } from '../../compiler/quantisation/quantise-rows.ts';
import type { StoredParameter } from '../../compiler/stored-parameter.ts';
import type { CompilerTarget } from '../../compiler/target/compiler-target.ts';
import { initialValues } from '../../compiler/weights/store/initialise.ts';
import { linear, nameParameters, type Tensor } from '../../dsl/index.ts';
import { linear as applyLinear } from '../../dsl/operators/linear.ts';
import type { QuantisedFormat } from '../../dsl/precision.ts';
import { describeSizes, drawValues, openGraph } from '../operators/build-case.ts';
import type { OperatorCase, Sizes } from '../operators/case.ts';
import { OPERATOR_CASES } from '../operators/cases/index.ts';
import { input, type Values } from '../support/run-graph.ts';

/** A graph as a target has it, and what to feed it. */
export interface KernelCase {
  readonly name: string;
  readonly onnx: OnnxGraph;
  readonly model: Uint8Array;
  readonly feeds: Readonly<Record<string, Values>>;
  /** How far two providers may be apart, as a share of what is larger than 1. */
  readonly tolerance: number;
}

type Form = { readonly fusion: boolean; readonly half: boolean };

const FORMS: readonly Form[] = [true, false].flatMap((fusion) =>
  [false, true].map((half) => ({ fusion, half })),
);

/**
 * Every operator that is emitted, in every dtype, as the cases of `tests/operators` use it: fused and plain, in float32 and
 * in float16, and quantised products. They are made one by one, as they are asked for.
 */
export function* kernelCases(
  target: CompilerTarget,
): Generator<{ readonly name: string; make(): KernelCase }> {
  for (const each of OPERATOR_CASES)
    for (const form of FORMS)
      for (const sizes of each.sizes ?? [{}]) {
        const name = `${each.file}, ${each.name} ${describeSizes(sizes)}, ${form.fusion ? 'fused' : 'plain'}, ${form.half ? 'float16' : 'float32'}`;
        yield { name, make: () => ({ name, ...operatorCase(each, form, sizes, target) }) };
      }
  for (const format of ['int8', 'int4'] as const) {
    const name = `linear in ${format}`;
    yield { name, make: () => ({ name, ...quantisedCase(format, target) }) };
  }
}

function operatorCase(
  each: OperatorCase,
  { fusion, half }: Form,
  sizes: Sizes,
  target: CompilerTarget,
): Omit<KernelCase, 'name'> {
  const simple = decompose(openGraph(each), { fusion });
  const onnx = lowerGraph(half ? halfPrecision(simple) : simple, { target, fusion });
  return {
    onnx,
    model: encodeModel(onnx, ({ name }) => {
      throw new Error(`the case has a parameter ${name}`);
    }),
    feeds: Object.fromEntries(
      Object.entries(each.inputs).map(([name, given]) => [name, drawValues(name, given, sizes)]),
    ),
    tolerance: half ? 2e-2 : 1e-4,
  };
}

function quantisedCase(format: QuantisedFormat, target: CompilerTarget): Omit<KernelCase, 'name'> {
  const width = 64;
  const layer = linear(width, 32);
  const { weight, bias }: { weight: Tensor; bias?: Tensor } = layer.parts;
  const x = input('x', 'float32', ['rows', width]);
  const graph = nameParameters({ layer }, format).place({
    name: format,
    inputs: { x },
    outputs: { out0: applyLinear(x, weight, bias) },
  });
  const { onnx } = compileGraph(graph, { target, precision: format, computes: 'float32' });
  return {
    onnx,
    model: encodeModel(onnx, (parameter) => ({ kind: 'inline', bytes: bytesOf(parameter) })),
    feeds: { x: drawValues('x', { shape: ['rows', width] }, { rows: 3 }) },
    tolerance: 1e-2,
  };
}

function bytesOf(parameter: StoredParameter): Uint8Array {
  const { quantised } = parameter;
  if (quantised === undefined) return new Uint8Array(initialValues(parameter, 1).buffer);
  const { weight, format, block, member } = quantised;
  const rows = quantiseRows(BLOCK_FORMATS[format], initialValues(weight, 1), {
    width: weight.shape[1] ?? 1,
    block,
  });
  const { buffer, byteOffset, byteLength } = rows[member];
  return new Uint8Array(buffer, byteOffset, byteLength);
}
