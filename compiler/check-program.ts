import type { GraphPorts } from '../artifact/contract.ts';
import type { MediaWayDefinition } from '../artifact/media/way.ts';
import { modelProblem } from '../artifact/model-problem.ts';
import { UserError } from '../artifact/user-error.ts';
import type { Graph } from '../dsl/graph.ts';
import type { Program } from '../dsl/program/program.ts';

/**
 * Checks that what is about to be compiled can be run as the program's facts say.
 *
 * @param ways ways of media besides this project's
 * @throws UserError for graphs that are not what the facts promise, or a graph's name that cannot be a file's
 */
export function checkProgram(program: Program, ways: readonly MediaWayDefinition[]): void {
  const names = Object.keys(program.graphs);
  const problem =
    names.length === 0
      ? 'it has no graphs, and one is the least'
      : modelProblem(program.facts, mapValues(program.graphs, portsOf), ways);
  if (problem !== undefined) throw new UserError(`The program '${program.name}' cannot be run: ${problem}.`);
  const strange = names.find((name) => !/^[\w-]+$/.test(name));
  if (strange !== undefined) {
    throw new UserError(
      `The program '${program.name}' has a graph called '${strange}', which cannot name its file: use letters, digits, '_' and '-'.`,
    );
  }
}

function portsOf({ inputs, outputs }: Graph): GraphPorts {
  const ports = (tensors: Graph['inputs']) =>
    Object.entries(tensors).map(([name, { dtype, shape }]) => ({ name, dtype, shape }));
  return { inputs: ports(inputs), outputs: ports(outputs) };
}

function mapValues<A, B>(record: Readonly<Record<string, A>>, map: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
