import { concat, constant, matmul, rearrange, slice, type Tensor } from '../../dsl/index.ts';

/** How places between others are read: `bicubic` as it is, or with a wider window where a grid becomes smaller. */
export type Interpolation = 'bicubic' | 'antialiased';

/**
 * The positions of a grid of patches for another grid, as PyTorch's `interpolate(…, mode='bicubic', align_corners=False)` of
 * an explicit size, without or with `antialias`: what transformers takes for pictures of another size than those of
 * training. A grid's sides are stretched one after the other, each by a product with a matrix of shares.
 *
 * @param positions `[tokens + from^2, dim]`; those before the grid's stay as they are
 * @returns `[tokens + to^2, dim]`
 */
export function stretchedPositions(
  positions: Tensor,
  {
    from,
    to,
    interpolation,
  }: { readonly from: number; readonly to: number; readonly interpolation: Interpolation },
): Tensor {
  if (from === to) return positions;
  const before = Number(positions.shape[0]) - from ** 2;
  const grid = before === 0 ? positions : slice(positions, 0, before);
  const weights = constant(shares(from, to, interpolation), [to, from]);
  const rows: Tensor = matmul(
    weights,
    rearrange(grid, '(rows columns) dim -> rows (columns dim)', { rows: from }),
  );
  const turned = rearrange(rows, 'rows (columns dim) -> columns (rows dim)', { columns: from });
  const both = matmul(weights, turned);
  const stretched = rearrange(both, 'columns (rows dim) -> (rows columns) dim', { rows: to });
  return before === 0 ? stretched : concat([slice(positions, 0, 0, before), stretched], 0);
}

/** Row-major `[to, from]`: how much each old place counts for each new one. */
function shares(from: number, to: number, interpolation: Interpolation): readonly number[] {
  const row = interpolation === 'bicubic' ? plainRow : antialiasedRow;
  return Array.from({ length: to }, (_, place) => row((place + 0.5) * (from / to), from, from / to)).flat();
}

/** Beyond the edge the last place counts again. */
function plainRow(centre: number, from: number): readonly number[] {
  const row = Array.from({ length: from }, () => 0);
  const first = Math.floor(centre - 0.5);
  for (const place of [first - 1, first, first + 1, first + 2]) {
    const old = Math.min(Math.max(place, 0), from - 1);
    row[old] = (row[old] ?? 0) + cubic(centre - 0.5 - place, -0.75);
  }
  return row;
}

/** Beyond the edge there is nothing, and those that are there count for all. */
function antialiasedRow(centre: number, from: number, scale: number): readonly number[] {
  const width = Math.max(scale, 1);
  const row = Array.from({ length: from }, (_, place) => cubic((place + 0.5 - centre) / width, -0.5));
  const whole = row.reduce((sum, share) => sum + share, 0);
  return row.map((share) => share / whole);
}

/** Cubic convolution of a sharpness (Keys 1981), 0 from a distance of 2 on. */
function cubic(distance: number, a: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0;
}
