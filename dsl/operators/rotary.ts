import { atCallSite } from '../at-call-site.ts';
import { sentence } from '../errors/sentence.ts';
import { apply, defineOperator, describeShape, fail } from '../operator.ts';
import { HEADED, TOKEN_POSITIONS } from '../sentences/positions.ts';
import { divideDims, equalDims, multiplyDims } from '../shape/dim.ts';
import type { Dim, Shape, Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Both, Checked, Result } from '../types/problem.ts';
import type { Positions, Rotated } from '../types/shape/rotary.ts';
import type { ShapeOfTensor } from '../types/shape-of.ts';
import { add } from './add.ts';
import { cast } from './cast.ts';
import { concat } from './concat.ts';
import { constant } from './constant.ts';
import { multiply } from './multiply.ts';
import { reshape } from './reshape.ts';
import { checkDtype, FLOATS, required, sameDtype } from './shared/inputs.ts';
import { type RotaryScaling, rotaryFrequencies, rotaryMagnitude } from './shared/rotary-frequencies.ts';
import { slice } from './slice.ts';
import { subtract } from './subtract.ts';
import { transpose } from './transpose.ts';
import { cos, neg, sin } from './unary.ts';

export type { RotaryScaling };

export interface RotaryOptions<Heads extends Dim = Dim> {
  readonly heads: Heads;
  /** How many of each head's features turn, an even number; default all. GPT-NeoX turns a quarter. */
  readonly dim?: number;
  /** The base of the angles' wavelengths; default 10000. */
  readonly base?: number;
  /** Stretches the angles for contexts longer than the model was trained on. Default none. */
  readonly scaling?: RotaryScaling;
  /** What the cosines and sines are rounded to before they are used. Default: nothing, x's own dtype. */
  readonly tables?: 'float16';
  /** Pairs are neighbours (GPT-J) rather than the two halves (LLaMA, GPT-NeoX). Default false. */
  readonly interleaved?: boolean;
}

type RotaryAttributes = { heads: Dim; dim: number; interleaved: boolean };

/**
 * Inputs: x, and the cosines and sines of its angles `[batch, text, dim/2]`. A pass may leave x by head,
 * `[batch, heads, text, headDim]`.
 */
export const rotaryOperator = defineOperator<RotaryAttributes>({
  name: 'rotary',
  computesIn: 'half',
  movement: 'none',
  weight: 'none',
  infer(inputs, { heads, dim }) {
    const x = required('rotary', inputs, 0, 'x');
    const cosines = required('rotary', inputs, 1, 'the cosines');
    const sines = required('rotary', inputs, 2, 'the sines');
    const dtype = sameDtype('rotary', x, cosines, sines);
    checkDtype('rotary', 'x', x, FLOATS);
    headSize(joinedShape(x.shape, heads), heads, dim);
    const wanted = [...joinedShape(x.shape, heads).slice(0, 2), dim / 2];
    for (const { shape } of [cosines, sines]) {
      if (shape.length !== 3 || !wanted.every((size, axis) => equalDims(size, shape[axis] ?? 0))) {
        fail(`rotary: the angles must be ${describeShape(wanted)}, but they are ${describeShape(shape)}`);
      }
    }
    return [{ dtype, shape: x.shape }];
  },
  lower(emit, inputs, { inputs: [x], attributes: { heads, dim, interleaved } }) {
    return [
      emit.node('RotaryEmbedding', inputs, {
        ...(x?.shape.length === 3 && { num_heads: Number(heads) }),
        rotary_embedding_dim: dim,
        interleaved,
      }),
    ];
  },
  // Turned back by the same angles.
  gradient({ cotangent, input, attributes, needed }) {
    if (needed[1] === true || needed[2] === true) return 'through decomposition';
    return [turned(cotangent, input(1), neg(input(2)), attributes)];
  },
  decompose(inputs, { heads, dim, interleaved }) {
    const x = required('rotary', inputs, 0, 'x');
    const joined = joinedShape(x.shape, heads);
    const size = headSize(joined, heads, dim);
    const [batch = 1, text = 1] = joined;
    const angles = [batch, text, 1, dim / 2];
    const cosines = reshape(required('rotary', inputs, 1, 'the cosines'), angles);
    const sines = reshape(required('rotary', inputs, 2, 'the sines'), angles);
    const byHead = x.shape.length === 4;
    const split = byHead ? transpose(x, BY_HEAD) : reshape(x, [batch, text, heads, size]);
    const turning = slice(split, 3, 0, dim);
    const [first, second] = interleaved
      ? [slice(turning, 3, 0, undefined, 2), slice(turning, 3, 1, undefined, 2)]
      : [slice(turning, 3, 0, dim / 2), slice(turning, 3, dim / 2)];
    const left = subtract(multiply(first, cosines), multiply(second, sines));
    const right = add(multiply(first, sines), multiply(second, cosines));
    const turnedPart = interleaved
      ? reshape(
          concat(
            [left, right].map((half) => reshape(half, [batch, text, heads, dim / 2, 1])),
            -1,
          ),
          [batch, text, heads, dim],
        )
      : concat([left, right], -1);
    const whole = dim === size ? turnedPart : concat([turnedPart, slice(split, 3, dim)], -1);
    return [byHead ? transpose(whole, BY_HEAD) : reshape(whole, x.shape)];
  },
});

/**
 * Rotary position embedding (Su et al. 2021, arXiv 2104.09864): feature pair i of every head is turned by the angle
 * `position * base^(-2i / dim)`, so that scores of queries and keys depend on the distance alone.
 *
 * @param x queries or keys, `[batch, text, heads*headDim]`
 * @param positions int64 `[batch, text]`, 0-based
 * @throws ModelError when the heads do not divide the width, or `dim` is odd or larger than a head
 */
export function rotary<X extends Tensor, P extends Tensor, Heads extends Dim>(
  x: Checked<Rotated<X, Heads>, X>,
  positions: Checked<Positions<ShapeOfTensor<X>, DtypeOfTensor<P>, ShapeOfTensor<P>>, P>,
  options: RotaryOptions<Heads>,
): Result<
  DtypeOfTensor<X>,
  Both<Positions<ShapeOfTensor<X>, DtypeOfTensor<P>, ShapeOfTensor<P>>, Rotated<X, Heads>>
>;
export function rotary(x: Tensor, positions: Tensor, options: RotaryOptions): Tensor {
  return atCallSite(() => {
    const { heads, base = 10000, scaling, interleaved = false } = options;
    const [batch = 0, text = 0] = x.shape;
    const dim = options.dim ?? headSize(x.shape, heads, 0);
    headSize(x.shape, heads, dim);
    const frequencies = constant(rotaryFrequencies(dim, base, scaling));
    const [rows = 0, places = 0] = positions.shape;
    if (
      positions.dtype !== 'int64' ||
      positions.shape.length !== 2 ||
      !equalDims(rows, batch) ||
      !equalDims(places, text)
    ) {
      fail(
        sentence(TOKEN_POSITIONS, {
          batch,
          text,
          dtype: positions.dtype,
          positions: describeShape(positions.shape),
        }),
      );
    }
    // Angles stay in float32: half precision cannot tell late positions apart.
    const angles = multiply(reshape(cast(positions, 'float32'), [...positions.shape, 1]), frequencies);
    const magnitude = rotaryMagnitude(scaling);
    const table = (values: Tensor): Tensor => {
      const scaled = magnitude === 1 ? values : multiply(values, magnitude);
      return cast(options.tables === undefined ? scaled : cast(scaled, options.tables), x.dtype);
    };
    const inputs = [x, table(cos(angles)), table(sin(angles))];
    return apply(rotaryOperator, inputs, { heads, dim, interleaved });
  });
}

/** Features turned by angles whose cosines and sines are given. */
function turned(x: Tensor, cosines: Tensor, sines: Tensor, attributes: RotaryAttributes): Tensor {
  return apply(rotaryOperator, [x, cosines, sines], attributes);
}

/** Between `[batch, text, heads, headDim]` and `[batch, heads, text, headDim]`. */
const BY_HEAD = [0, 2, 1, 3] as const;

/** `[batch, text, heads*headDim]` of features by head too; other shapes as they are. */
function joinedShape(shape: Shape, heads: Dim): Shape {
  const [batch, ofX, text, headDim] = shape;
  if (shape.length !== 4 || batch === undefined || text === undefined || headDim === undefined) return shape;
  return equalDims(ofX ?? 0, heads) ? [batch, text, multiplyDims(heads, headDim)] : shape;
}

/** Features of each head, once `dim` of them can turn. */
function headSize(shape: Shape, heads: Dim, dim: number): number {
  const [, , width] = shape;
  const size = width === undefined ? undefined : divideDims(width, heads);
  if (shape.length !== 3 || typeof size !== 'number' || typeof heads !== 'number') {
    return fail(sentence(HEADED, { operator: 'rotary', heads, x: describeShape(shape) }));
  }
  if (!Number.isInteger(dim / 2) || dim < 0 || dim > size) {
    fail(`rotary: dim must be an even number up to the head size ${size}, but it is ${dim}`);
  }
  return size;
}
