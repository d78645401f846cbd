import { UserError } from '../../artifact/user-error.ts';
import { aimed, type Line, type RowContext } from './row.ts';
import { row as limits, MATRIX_RATE } from './rows/limits.ts';

/**
 * Two lines: what so many multiply-adds took, and which share of the card's measured rate that is, of which half is aimed at.
 *
 * @throws UserError where the rate was not measured before
 */
export function withShare(
  line: Omit<Line, 'aim'>,
  multiplyAdds: number,
  { found }: Pick<RowContext, 'found'>,
): readonly Line[] {
  const rate = found.get(limits.name)?.find(({ what }) => what === MATRIX_RATE)?.value;
  if (rate === undefined)
    throw new UserError(`The card's rate is not known: measure the row '${limits.name}' first.`);
  const reached = (2 * multiplyAdds) / (line.value / 1000) / 1e12;
  const share = { what: `${line.what}, of the card's rate`, value: (100 * reached) / rate, unit: '%' };
  return [line, aimed({ ...share, note: `${reached.toPrecision(3)} TFLOP/s` }, { least: 50 })];
}
