import { BYTES_PER_ELEMENT } from '../../dsl/dtype.ts';
import { elementCount } from '../../dsl/element-count.ts';
import { type Graph, operationsOf, operationsUnder, tensorsOf } from '../../dsl/graph.ts';
import { input } from '../../dsl/input.ts';
import type { Operation, Tensor } from '../../dsl/tensor.ts';
import { withRenewedInputs } from '../graph/rewrite.ts';

/**
 * Cuts a graph into graphs that run one after another and together give what it gives. Each has about the same bytes of
 * parameters. Of the places near an even share, the one is taken over which the fewest tensors have to be carried:
 * between layers, where the residual stream is all that a layer adds.
 *
 * What an earlier stage makes and a later one reads is an output `carried.n` of the one and an input `carried.n` of the
 * other. Further stages read the same outputs by the same names. A parameter that two stages read, such as an embedding
 * that is tied to the head, is in both.
 *
 * @param count stages, at least 1
 * @returns the stages in order, called as the graph is and by their number, `language-1`; undefined for a graph of fewer operations than stages
 */
export function cutGraph(graph: Graph, count: number): readonly Graph[] | undefined {
  const stageOf = assignStages(graph, count);
  if (stageOf === undefined) return undefined;
  const operations = operationsOf(graph);
  const carried = carriedTensors(operations, stageOf, Object.keys({ ...graph.inputs, ...graph.outputs }));
  return Array.from({ length: count }, (_, stage) => {
    const own = operations.filter((operation) => stageOf.get(operation) === stage);
    return stageGraph(graph, { stage, own, stageOf, carried });
  });
}

type StageOf = ReadonlyMap<Operation, number>;

/** Which stage makes what an operation makes; undefined where there are fewer operations than stages. */
function assignStages(graph: Graph, count: number): StageOf | undefined {
  const spine = longestOf(Object.values(graph.outputs).map((output) => operationsUnder([output])));
  const cuts = chooseCuts(spine, count);
  if (cuts === undefined) return undefined;
  const stageOf = new Map<Operation, number>();
  for (const [index, operation] of spine.entries())
    stageOf.set(operation, cuts.filter((cut) => cut <= index).length);
  // What only further outputs need, as the keys that go into a cache, is made as soon as what it reads is there.
  for (const operation of operationsOf(graph)) {
    if (stageOf.has(operation)) continue;
    const sources = operation.inputs.map((tensor) => stageOfTensor(tensor, stageOf));
    stageOf.set(operation, Math.max(0, ...sources));
  }
  return stageOf;
}

function longestOf(lists: readonly (readonly Operation[])[]): readonly Operation[] {
  return lists.reduce((longest, each) => (each.length > longest.length ? each : longest), []);
}

/** The places in a list of operations before which it is cut, ascending. */
function chooseCuts(operations: readonly Operation[], count: number): readonly number[] | undefined {
  if (operations.length < count) return undefined;
  const carried = carriedAt(operations);
  const bytes = bytesBefore(operations);
  const total = bytes.at(-1) ?? 0;
  const cuts: number[] = [];
  for (let stage = 1; stage < count; stage++) {
    const first = (cuts.at(-1) ?? 0) + 1;
    const last = operations.length - (count - stage);
    const distance = (place: number) => Math.abs((bytes[place] ?? 0) - (total * stage) / count);
    const places = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const near = places.filter((place) => distance(place) <= total / count / 2);
    const [best] = (near.length > 0 ? near : places).toSorted(
      (a, b) => (carried[a] ?? 0) - (carried[b] ?? 0) || distance(a) - distance(b),
    );
    if (best === undefined) return undefined;
    cuts.push(best);
  }
  return cuts;
}

/** For each place the number of tensors that operations before it make and operations behind it read. */
function carriedAt(operations: readonly Operation[]): readonly number[] {
  const madeAt = new Map<Tensor, number>();
  const lastReadAt = new Map<Tensor, number>();
  for (const [index, { inputs, outputs }] of operations.entries()) {
    for (const output of outputs) madeAt.set(output, index);
    for (const tensor of inputs) if (tensor !== undefined) lastReadAt.set(tensor, index);
  }
  const changes = new Array<number>(operations.length + 1).fill(0);
  for (const [tensor, made] of madeAt) {
    const read = lastReadAt.get(tensor);
    if (read === undefined) continue;
    changes[made + 1] = (changes[made + 1] ?? 0) + 1;
    changes[read + 1] = (changes[read + 1] ?? 0) - 1;
  }
  let carried = 0;
  return changes.map((change) => {
    carried += change;
    return carried;
  });
}

/** For each place the bytes of the parameters that operations before it are the first to read. */
function bytesBefore(operations: readonly Operation[]): readonly number[] {
  const read = new Set<Tensor['source']>();
  let bytes = 0;
  const before = operations.map(({ inputs }) => {
    const soFar = bytes;
    for (const tensor of inputs) {
      if (tensor?.source.kind !== 'parameter' || read.has(tensor.source)) continue;
      read.add(tensor.source);
      bytes += elementCount(tensor.source.parameter.shape) * BYTES_PER_ELEMENT[tensor.dtype];
    }
    return soFar;
  });
  return [...before, bytes];
}

/** The tensors that a later stage reads than the one that makes them, each with its name. */
function carriedTensors(
  operations: readonly Operation[],
  stageOf: StageOf,
  taken: readonly string[],
): ReadonlyMap<Tensor, string> {
  const names = new Set(taken);
  const carried = new Map<Tensor, string>();
  let number = 0;
  for (const operation of operations) {
    const stage = stageOf.get(operation) ?? 0;
    for (const tensor of operation.inputs) {
      if (tensor === undefined || carried.has(tensor)) continue;
      if (stageOfTensor(tensor, stageOf) >= stage || tensor.source.kind !== 'operation') continue;
      while (names.has(`carried.${number}`)) number++;
      carried.set(tensor, `carried.${number++}`);
    }
  }
  return carried;
}

/** The stage that makes a tensor; the first for one that no operation makes. */
function stageOfTensor(tensor: Tensor | undefined, stageOf: StageOf): number {
  return tensor?.source.kind === 'operation' ? (stageOf.get(tensor.source.operation) ?? 0) : 0;
}

function stageGraph(
  graph: Graph,
  {
    stage,
    own,
    stageOf,
    carried,
  }: {
    readonly stage: number;
    readonly own: readonly Operation[];
    readonly stageOf: StageOf;
    readonly carried: ReadonlyMap<Tensor, string>;
  },
): Graph {
  const inputs: Record<string, Tensor> = stage === 0 ? unreadInputs(graph) : {};
  const renewed = new Map<Tensor, Tensor>();
  const nameOfInput = new Map(Object.entries(graph.inputs).map(([name, tensor]) => [tensor, name]));
  const renew = (tensor: Tensor): Tensor => {
    const known = renewed.get(tensor);
    if (known !== undefined) return known;
    const name = nameOfInput.get(tensor);
    if (name !== undefined) inputs[name] = tensor;
    if (name !== undefined || tensor.source.kind !== 'operation') return tensor;
    const carriedAs = carried.get(tensor);
    if (carriedAs === undefined) throw new Error(`stage ${stage} reads a tensor that no stage carries to it`);
    const received = input(carriedAs, tensor.dtype, tensor.shape);
    renewed.set(tensor, received);
    inputs[carriedAs] = received;
    return received;
  };
  for (const operation of own) {
    const { outputs } = withRenewedInputs(operation, renew);
    for (const [index, output] of operation.outputs.entries()) {
      const made = outputs[index];
      if (made !== undefined) renewed.set(output, made);
    }
  }
  const outputs: Record<string, Tensor> = {};
  for (const [tensor, name] of carried)
    if (stageOfTensor(tensor, stageOf) === stage) outputs[name] = renew(tensor);
  // What is an output of the whole and no operation's result is given by the first stage.
  for (const [name, tensor] of Object.entries(graph.outputs))
    if (stageOfTensor(tensor, stageOf) === stage) outputs[name] = renew(tensor);
  return { name: `${graph.name}-${stage + 1}`, inputs, outputs };
}

/** Inputs that the graph is given and nothing reads. */
function unreadInputs(graph: Graph): Record<string, Tensor> {
  const read = tensorsOf(graph);
  return Object.fromEntries(Object.entries(graph.inputs).filter(([, tensor]) => !read.has(tensor)));
}
