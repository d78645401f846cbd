import { apply, defineOperator, fail } from '../../dsl/operator.ts';
import { cast } from '../../dsl/operators/cast.ts';
import { concat } from '../../dsl/operators/concat.ts';
import { linear } from '../../dsl/operators/linear.ts';
import { multiply } from '../../dsl/operators/multiply.ts';
import { reshape } from '../../dsl/operators/reshape.ts';
import { checkDtype, FLOATS, required, sameDtype } from '../../dsl/operators/shared/inputs.ts';
import { slice } from '../../dsl/operators/slice.ts';
import { subtract } from '../../dsl/operators/subtract.ts';
import { floor } from '../../dsl/operators/unary.ts';
import type { QuantisedFormat } from '../../dsl/precision.ts';
import { multiplyDims } from '../../dsl/shape/dim.ts';
import { linearShape } from '../../dsl/shape/linear.ts';
import type { Tensor } from '../../dsl/tensor.ts';
import { BLOCK_FORMATS } from './block-format.ts';

type QuantisedLinear = { readonly format: QuantisedFormat; readonly width: number; readonly block: number };

/**
 * `linear` on a weight in blocks of small whole numbers. ONNX Runtime's MatMulNBits; on the CPU with accuracy level 4,
 * which also rounds x to 8 bits, each row in blocks with scales of their own, and multiplies whole numbers.
 */
export const quantisedLinearOperator = defineOperator<QuantisedLinear>({
  name: 'quantisedLinear',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  fused: true,
  infer(inputs, { format, width, block }) {
    const x = required('quantisedLinear', inputs, 0, 'x');
    const values = required('quantisedLinear', inputs, 1, 'values');
    const scales = required('quantisedLinear', inputs, 2, 'scales');
    const dtype = sameDtype('quantisedLinear', x, scales, inputs[3]);
    checkDtype('quantisedLinear', 'x', x, FLOATS);
    checkDtype('quantisedLinear', 'values', values, ['uint8']);
    const [rows = 0] = values.shape;
    const expected = [rows, Math.ceil(width / block), (block * BLOCK_FORMATS[format].bits) / 8];
    if (values.shape.join() !== expected.join() || scales.shape.join() !== expected.slice(0, 2).join()) {
      fail(
        `quantisedLinear: ${format} weights of width ${width} are [${expected.join(', ')}] with scales [${expected.slice(0, 2).join(', ')}], but they are [${values.shape.join(', ')}] and [${scales.shape.join(', ')}]`,
      );
    }
    return [{ dtype, shape: linearShape(x.shape, [rows, width], inputs[3]?.shape) }];
  },
  multiplyAdds: (_inputs, { width }, [output]) => multiplyDims(...(output?.shape ?? []), width),
  lower(emit, [x, values, scales, bias], { attributes: { format, width, block }, inputs }) {
    const attributes = {
      K: width,
      N: Number(inputs[1]?.shape[0]),
      bits: BLOCK_FORMATS[format].bits,
      block_size: block,
      ...(emit.capabilities.int8Products && { accuracy_level: 4 }),
    };
    const operands = [x, values, scales];
    if (bias === undefined || emit.capabilities.quantisedProductsAddBias)
      return [
        emit.node('MatMulNBits', [...operands, undefined, undefined, bias], attributes, 'com.microsoft'),
      ];
    return [emit.node('Add', [emit.node('MatMulNBits', operands, attributes, 'com.microsoft'), bias])];
  },
  gradient: 'through decomposition',
  decompose(inputs, attributes) {
    const x = required('quantisedLinear', inputs, 0, 'x');
    const values = required('quantisedLinear', inputs, 1, 'values');
    const scales = required('quantisedLinear', inputs, 2, 'scales');
    const weight = dequantised(values, scales, attributes);
    return [linear(x, cast(weight, x.dtype), inputs[3])];
  },
});

/** The weight `[out, width]` that quantised numbers stand for. */
function dequantised(values: Tensor, scales: Tensor, { format, width, block }: QuantisedLinear): Tensor {
  const { bits, middle } = BLOCK_FORMATS[format];
  const [rows = 1, blocks = 1] = values.shape;
  const bytes = cast(values, 'float32');
  const numbers = bits === 8 ? bytes : numbersOf(bytes, bits);
  const blocked = reshape(subtract(numbers, middle), [rows, blocks, block]);
  const scaled = multiply(blocked, reshape(cast(scales, 'float32'), [rows, blocks, 1]));
  const whole = reshape(scaled, [rows, multiplyDims(blocks, block)]);
  return slice(whole, 1, 0, width);
}

/** The numbers of so many bits that each byte is made of, from the lowest bits on. */
function numbersOf(bytes: Tensor, bits: number): Tensor {
  const base = 2 ** bits;
  const each = [...bytes.shape, 1];
  const numbers: Tensor[] = [];
  let rest = bytes;
  for (let taken = bits; taken < 8; taken += bits) {
    const upper = floor(multiply(rest, 1 / base));
    numbers.push(reshape(subtract(rest, multiply(upper, base)), each));
    rest = upper;
  }
  return concat([...numbers, reshape(rest, each)], -1);
}

/**
 * `x @ weight^T + bias` where the weight is `scale * (number - middle)`: x `[..., width]`, values
 * `[out, blocks, bytes of a block]`, scales `[out, blocks]`, bias `[out]` give `[..., out]`.
 */
export function quantisedLinear(
  [x, values, scales, bias]: readonly [x: Tensor, values: Tensor, scales: Tensor, bias?: Tensor | undefined],
  attributes: QuantisedLinear,
): Tensor {
  const inputs = bias === undefined ? [x, values, scales] : [x, values, scales, bias];
  return apply(quantisedLinearOperator, inputs, attributes);
}
