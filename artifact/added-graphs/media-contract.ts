import type { Contract, PortContract, PortContracts } from '../contract.ts';
import type { MediaWay } from '../media/way.ts';
import { rowContracts } from './row-contract.ts';

/** The graphs that change on the device what texts see of pictures, by what they do. */
export const MEDIA_GRAPHS = { select: 'media-select', join: 'media-join' } as const;

/**
 * The inputs of the language graph of which each row is what was made of one picture.
 *
 * @param inputs all of the language graph
 * @returns by the input's name what one row is
 */
export function pictureRows(
  { madeOfPictures = {} }: Pick<MediaWay, 'madeOfPictures'>,
  inputs: PortContracts,
): PortContracts {
  return Object.fromEntries(
    Object.entries(madeOfPictures).flatMap(([name, { as }]): [string, PortContract][] => {
      const port = inputs[name];
      if (port === undefined || as !== 'rows') return [];
      return [[name, { dtype: port.dtype, shape: port.shape.slice(1) }]];
    }),
  );
}

/**
 * The graphs that change on the device what texts see of pictures, as `rowContracts` says.
 *
 * @param rows as `pictureRows` gives them; without any there are no such graphs
 */
export function mediaContracts(rows: PortContracts): Contract {
  return Object.keys(rows).length === 0 ? {} : rowContracts(MEDIA_GRAPHS, rows);
}
