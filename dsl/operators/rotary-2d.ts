import { atCallSite } from '../at-call-site.ts';
import { sentence } from '../errors/sentence.ts';
import { apply, describeShape, fail } from '../operator.ts';
import { HEADED } from '../sentences/positions.ts';
import { divideDims, equalDims } from '../shape/dim.ts';
import type { Dim, Tensor } from '../tensor.ts';
import type { DtypeOfTensor } from '../types/dtypes.ts';
import type { Checked, Result } from '../types/problem.ts';
import type { Rotated } from '../types/shape/rotary.ts';
import { cast } from './cast.ts';
import { constant } from './constant.ts';
import { expand } from './expand.ts';
import { rotaryOperator } from './rotary.ts';
import { checkTable, checkWhole } from './shared/grid.ts';
import { rotaryFrequencies } from './shared/rotary-frequencies.ts';

export interface Rotary2dOptions<Heads extends Dim = Dim> {
  readonly heads: Heads;
  /** Places of the grid from top to bottom, and from left to right. */
  readonly rows: number;
  readonly columns: number;
  /** Tokens before those of the grid, which are not turned: class and register tokens. Default 0. */
  readonly prefix?: number;
  /** The base of the angles' wavelengths; default 10000. DINOv3 has 100. */
  readonly base?: number;
  /**
   * What an angle is proportional to: a place's `index`, from 0 (Pixtral, Qwen2-VL); or where its centre lies between
   * the ends of the grid, from -1 to 1 and times 2 pi, `centred` (DINOv3). Default `index`.
   */
  readonly coordinates?: 'index' | 'centred';
  /** Pairs are neighbours (EVA-02) rather than the two halves of a head (DINOv3, Pixtral). Default false. */
  readonly interleaved?: boolean;
}

/**
 * Rotary position embedding on a grid (Heo et al. 2024, arXiv 2403.13298, "axial"): the first half of a head's pairs is
 * turned by the row of the token, the second by its column, pair i of n by `coordinate * base^(-i / n)`.
 *
 * @param x queries or keys, `[batch, prefix + rows*columns, heads*headDim]`: the tokens of the grid row by row
 * @returns x turned, in its shape
 * @throws ModelError when the heads do not divide the width, a head is not a multiple of 4 wide, or the tokens are not
 *   those of the grid
 */
export function rotary2d<X extends Tensor, Heads extends Dim>(
  x: Checked<Rotated<X, Heads, 'rotary2d'>, X>,
  options: Rotary2dOptions<Heads>,
): Result<DtypeOfTensor<X>, Rotated<X, Heads, 'rotary2d'>>;
export function rotary2d(x: Tensor, options: Rotary2dOptions): Tensor {
  return atCallSite(() => {
    const { heads, rows, columns, prefix = 0, interleaved = false } = options;
    checkWhole('rotary2d', { rows, columns });
    checkWhole('rotary2d', { prefix }, 0);
    const [batch = 1, tokens = 0, width] = x.shape;
    const size = width === undefined ? undefined : divideDims(width, heads);
    if (x.shape.length !== 3 || typeof size !== 'number')
      fail(sentence(HEADED, { operator: 'rotary2d', heads, x: describeShape(x.shape) }));
    if (size % 4 !== 0) fail(`rotary2d: a head must be a multiple of 4 wide, but it is ${size}`);
    const tokensOfGrid = prefix + rows * columns;
    if (!equalDims(tokens, tokensOfGrid)) {
      fail(
        `rotary2d: a grid of ${rows} x ${columns} after ${prefix} tokens is ${tokensOfGrid} tokens, but x is ${describeShape(x.shape)}`,
      );
    }
    checkTable('rotary2d', tokensOfGrid * size);
    const angles = anglesOf(options, size);
    const table = (values: readonly number[]): Tensor =>
      cast(expand(constant(values, [1, tokensOfGrid, size / 2]), [batch, tokens, size / 2]), x.dtype);
    const inputs = [x, table(angles.map(Math.cos)), table(angles.map(Math.sin))];
    return apply(rotaryOperator, inputs, { heads, dim: size, interleaved });
  });
}

/** The angle of every pair of features, token by token, in radians. */
function anglesOf(
  { rows, columns, prefix = 0, base = 10000, coordinates = 'index' }: Rotary2dOptions,
  size: number,
) {
  const frequencies = rotaryFrequencies(size / 2, base);
  const along = (place: number, places: number) =>
    coordinates === 'index' ? place : 2 * Math.PI * (2 * ((place + 0.5) / places) - 1);
  const angles = new Array<number>((prefix * size) / 2).fill(0);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      for (const coordinate of [along(row, rows), along(column, columns)])
        angles.push(...frequencies.map((frequency) => coordinate * frequency));
    }
  }
  return angles;
}
