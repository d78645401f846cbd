import { type Graph, operationsOf } from '../../../dsl/graph.ts';
import type { Operation, Tensor } from '../../../dsl/tensor.ts';

/** A drawing of more boxes than this shows less of what is within its blocks. */
const MOST_BOXES = 24;
const DEEPEST = 4;

/** Operators that are drawn where no block stands for them; the others are part of the arrows. */
const DRAWN = ['attention', 'conv', 'matmul', 'roll', 'scan', 'softmax', 'topK'];

/**
 * A graph as a Mermaid flowchart: inputs, the innermost blocks and layers that fit, in frames of the blocks around them,
 * the operators between that matter, outputs, and what goes from one to another.
 */
export function drawBlocks(graph: Graph): string {
  const drawings = Array.from({ length: DEEPEST }, (_, index) => draw(graph, index + 1));
  return (drawings.findLast(({ boxes }) => boxes <= MOST_BOXES) ?? drawings[0])?.text ?? '';
}

interface Box {
  readonly name: string;
  readonly label: string;
  /** The blocks around it, as frames. */
  readonly frames: readonly string[];
}

function draw(graph: Graph, depth: number): { readonly boxes: number; readonly text: string } {
  const operations = operationsOf(graph);
  // A block is a frame where something within it is drawn.
  const frames = new Set(
    operations.flatMap(({ scope }) =>
      scope
        .slice(0, depth)
        .flatMap((_call, index, calls) => (index > 0 ? [pathOf(calls.slice(0, index))] : [])),
    ),
  );
  const boxes = new Map<string, Box>();
  const arrows = new Set<string>();
  const box = (key: string, label: string, inside: readonly string[] = []): string => {
    const known = boxes.get(key) ?? { name: `n${boxes.size}`, label, frames: inside };
    boxes.set(key, known);
    return known.name;
  };
  const connect = (from: ReadonlySet<string>, to: string): void => {
    for (const each of from) if (each !== to) arrows.add(`${each} --> ${to}`);
  };

  /** Which boxes the values of a tensor come from. */
  const origins = new Map<Tensor, ReadonlySet<string>>();
  for (const [name, tensor] of Object.entries(graph.inputs))
    origins.set(tensor, new Set([box(`in ${name}`, `([${described(name, tensor)}])`)]));
  for (const [index, operation] of operations.entries()) {
    const from = new Set(operation.inputs.flatMap((each) => [...((each && origins.get(each)) ?? [])]));
    const calls = operation.scope.slice(0, depth);
    const path = pathOf(calls);
    const inside = calls.map((_call, at) => pathOf(calls.slice(0, at + 1)));
    const { name } = operation.operator;
    let own: string | undefined;
    if (calls.length > 0 && !frames.has(path))
      own = box(path, `["${titleOf(calls.at(-1))}"]`, inside.slice(0, -1));
    else if (DRAWN.includes(name)) own = box(`operation ${index}`, `["${name}"]`, inside);
    if (own !== undefined) connect(from, own);
    for (const output of operation.outputs) origins.set(output, own === undefined ? from : new Set([own]));
  }
  for (const [name, tensor] of Object.entries(graph.outputs))
    connect(origins.get(tensor) ?? new Set(), box(`out ${name}`, `([${described(name, tensor)}])`));

  const titles = new Map(
    operations.flatMap(({ scope }) =>
      scope.map((call, index) => [pathOf(scope.slice(0, index + 1)), titleOf(call)] as const),
    ),
  );
  const lines = framed([...boxes.values()], titles, []);
  const text = ['flowchart TD', ...[...lines, ...arrows].map((line) => `  ${line}`)].join('\n');
  return { boxes: boxes.size, text };
}

/** The boxes within a frame, those of a frame within it together. */
function framed(
  boxes: readonly Box[],
  titles: ReadonlyMap<string, string>,
  around: readonly string[],
): readonly string[] {
  const level = around.length;
  const done = new Set<string>();
  return boxes.flatMap((each): readonly string[] => {
    const frame = each.frames[level];
    if (frame === undefined) return [`${each.name}${each.label}`];
    if (done.has(frame)) return [];
    done.add(frame);
    const within = boxes.filter(({ frames }) => frames[level] === frame);
    const lines = framed(within, titles, [...around, frame]);
    return [
      `subgraph ${within[0]?.name}f["${titles.get(frame)}"]`,
      ...lines.map((line) => `  ${line}`),
      'end',
    ];
  });
}

type Call = Operation['scope'][number];

const pathOf = (calls: readonly Call[]): string => calls.map(({ name }) => name).join('/');

/** `layer.0: QFormerLayer`; a layer has its name alone. */
function titleOf(call: Call | undefined): string {
  if (call === undefined) return '';
  const kind = 'blockName' in call.block ? String(call.block.blockName) : '';
  return kind === '' || kind === call.name ? call.name : `${call.name}: ${kind}`;
}

function described(name: string, { shape }: Tensor): string {
  return `"${name} [${shape.join(', ')}]"`;
}
