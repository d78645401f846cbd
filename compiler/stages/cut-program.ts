import type { Stages } from '../../artifact/stages.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { Graph } from '../../dsl/graph.ts';
import type { Program } from '../../dsl/program/program.ts';
import { cutGraph } from './cut-graph.ts';

/** A program's graphs, one of them cut. */
export interface CutGraphs {
  readonly graphs: Readonly<Record<string, Graph>>;
  /** Left out where nothing was cut. */
  readonly stages?: Stages;
}

/**
 * The graphs of a program with its language graph cut into stages, `language-1`, `language-2`, …; of a program of one
 * graph, that one.
 *
 * @param count stages; 1 leaves the graphs as they are
 * @throws UserError for a number that is none of stages, a graph that is too small for so many, or a program of which it
 *   is not clear what to cut
 */
export function cutProgram(program: Program, count = 1): CutGraphs {
  if (!Number.isSafeInteger(count) || count < 1)
    throw new UserError(`The number of stages is ${count} but a whole number from 1 is expected.`);
  const { graphs } = program;
  if (count === 1) return { graphs };
  const known = Object.keys(graphs);
  const name = program.facts.language !== undefined ? 'language' : known.length === 1 ? known[0] : undefined;
  const graph = name === undefined ? undefined : graphs[name];
  if (name === undefined || graph === undefined) {
    throw new UserError(
      `The program '${program.name}' has the graphs ${known.join(', ')} and no language model, so it is not clear which is to be cut into stages: compile it without stages.`,
    );
  }
  const parts = cutGraph({ ...graph, name }, count);
  if (parts === undefined) {
    throw new UserError(
      `The graph '${name}' of the program '${program.name}' has fewer operations than ${count} stages: give a smaller number.`,
    );
  }
  const clash = parts.find((part) => Object.hasOwn(graphs, part.name));
  if (clash !== undefined) {
    throw new UserError(
      `The program '${program.name}' has a graph '${clash.name}', as a stage of '${name}' would be called: call it something else.`,
    );
  }
  const { [name]: _, ...others } = graphs;
  const cut = Object.fromEntries(parts.map((part) => [part.name, part]));
  return { graphs: { ...others, ...cut }, stages: { [name]: parts.map((part) => part.name) } };
}
