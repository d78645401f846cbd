import { MEDIA_GRAPHS, mediaContracts, pictureRows } from '../../artifact/added-graphs/media-contract.ts';
import { mediaWay } from '../../artifact/media/index.ts';
import type { MediaWayDefinition } from '../../artifact/media/way.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { MediaFacts } from '../../dsl/program/program.ts';
import { graphsOfValues, rowOutputs } from './row-graphs.ts';

/**
 * The graphs that change on the device what texts see of pictures, so that it goes up once: those of `mediaContracts`.
 *
 * @param language the language graph of the program
 * @param ways of media besides this project's
 */
export function mediaGraphs(
  media: MediaFacts,
  language: Graph,
  ways: readonly MediaWayDefinition[],
): Readonly<Record<string, Graph>> {
  const way = mediaWay(media, ways)?.open(media);
  const rows = way === undefined ? {} : pictureRows(way, language.inputs);
  return graphsOfValues(mediaContracts(rows), rowOutputs(MEDIA_GRAPHS), Object.keys(rows));
}
