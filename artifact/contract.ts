import type { Dtype } from '../dsl/dtype.ts';
import { equalDims } from '../dsl/shape/dim.ts';
import type { Dim } from '../dsl/tensor.ts';
import { isSize } from './size.ts';

/** What a tensor that goes into a graph or comes out of it must be. */
export interface PortContract {
  readonly dtype: Dtype;
  /** Sizes, open ones by name; a list is any of its sizes. */
  readonly shape: readonly (Dim | readonly Dim[])[];
}

export type PortContracts = Readonly<Record<string, PortContract>>;

/** What a runtime gives a graph and reads from it: exactly these inputs and outputs. */
export interface GraphContract {
  readonly inputs: PortContracts;
  readonly outputs: PortContracts;
}

/** Graphs by name. A program may have others besides. */
export type Contract = Readonly<Record<string, GraphContract>>;

interface Port {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly Dim[];
}

/** A graph's inputs and outputs as they are. */
export interface GraphPorts {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/**
 * The first thing in which graphs are not what a contract asks for, as the end of a sentence; undefined where all is well.
 *
 * @param needer what needs them: `packed cross-attention`
 */
export function contractProblem(
  contract: Contract,
  graphs: Readonly<Record<string, GraphPorts>>,
  needer: string,
): string | undefined {
  for (const [name, { inputs, outputs }] of Object.entries(contract)) {
    const graph = graphs[name];
    if (graph === undefined) {
      return `there is no graph '${name}', which ${needer} needs, but only ${Object.keys(graphs).join(', ') || 'nothing'}`;
    }
    const problem =
      portProblem('input', name, inputs, graph.inputs, needer) ??
      portProblem('output', name, outputs, graph.outputs, needer);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function portProblem(
  kind: 'input' | 'output',
  graph: string,
  contracts: PortContracts,
  ports: readonly Port[],
  needer: string,
): string | undefined {
  for (const [name, contract] of Object.entries(contracts)) {
    const port = ports.find((each) => each.name === name);
    if (port === undefined) {
      return `the graph '${graph}' has no ${kind} '${name}', which ${needer} needs: ${describeContract(contract)}`;
    }
    if (!fits(port, contract)) {
      return `the ${kind} '${name}' of the graph '${graph}' is ${port.dtype} [${port.shape.join(', ')}], but ${needer} needs ${describeContract(contract)}`;
    }
  }
  const stray = ports.find(({ name }) => !Object.hasOwn(contracts, name));
  const verb = kind === 'input' ? 'give' : 'read';
  if (stray !== undefined) {
    return `the graph '${graph}' has an ${kind} '${stray.name}', which ${needer} does not ${verb}`;
  }
  return ports.length === Object.keys(contracts).length
    ? undefined
    : `the graph '${graph}' has some ${kind}s twice`;
}

function fits({ dtype, shape }: Port, contract: PortContract): boolean {
  return (
    dtype === contract.dtype &&
    shape.length === contract.shape.length &&
    contract.shape.every((wanted, axis) => {
      const found = shape[axis];
      return found !== undefined && sizes(wanted).some((each) => isSame(each, found));
    })
  );
}

/** A manifest may have anything for a size; what is none is no other's equal. */
function isSame(wanted: Dim, found: Dim): boolean {
  if (wanted === found) return true;
  return typeof found === 'string' && isSize(found) && equalDims(wanted, found);
}

function describeContract({ dtype, shape }: PortContract): string {
  return `${dtype} [${shape.map((each) => sizes(each).join(' or ')).join(', ')}]`;
}

function sizes(wanted: Dim | readonly Dim[]): readonly Dim[] {
  return typeof wanted === 'string' || typeof wanted === 'number' ? [wanted] : wanted;
}
