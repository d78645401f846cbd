import { type Graph, operationsOf } from '../../../dsl/graph.ts';
import type { Operation, Tensor } from '../../../dsl/tensor.ts';

/** A drawing of more blocks than this shows less of what is within them. */
const MOST_BLOCKS = 20;
const FEWEST_BLOCKS = 4;
const DEEPEST = 4;

/**
 * A graph as a Mermaid flowchart: its inputs, the blocks and layers that are called, its outputs, and what goes from one to
 * another. Operations outside of all blocks are part of the arrows.
 */
export function drawBlocks(graph: Graph): string {
  const drawings = Array.from({ length: DEEPEST }, (_, index) => new Drawing(graph, index + 1));
  const fitting = drawings.filter(({ blocks }) => blocks <= MOST_BLOCKS);
  const chosen = fitting.find(({ blocks }) => blocks >= FEWEST_BLOCKS) ?? fitting.at(-1) ?? drawings[0];
  return chosen?.text ?? '';
}

class Drawing {
  readonly text: string;
  private readonly names = new Map<string, string>();
  private readonly shapes: string[] = [];
  private readonly arrows = new Set<string>();

  constructor(
    graph: Graph,
    private readonly depth: number,
  ) {
    /** Which boxes a tensor's values come from. */
    const origins = new Map<Tensor, ReadonlySet<string>>();
    const originsOf = (tensor: Tensor): ReadonlySet<string> => origins.get(tensor) ?? new Set();
    for (const [name, tensor] of Object.entries(graph.inputs))
      origins.set(tensor, new Set([this.box(`in ${name}`, `([${label(name, tensor)}])`)]));
    for (const operation of operationsOf(graph)) {
      const from = new Set(operation.inputs.flatMap((each) => (each ? [...originsOf(each)] : [])));
      const block = this.blockOf(operation);
      if (block !== undefined) for (const each of from) this.arrow(each, block);
      for (const output of operation.outputs)
        origins.set(output, block === undefined ? from : new Set([block]));
    }
    const outputs = Object.entries(graph.outputs).map(([name, tensor]) => {
      const box = this.box(`out ${name}`, `([${label(name, tensor)}])`);
      for (const each of originsOf(tensor)) this.arrow(each, box);
      return box;
    });
    this.blocks = this.names.size - Object.keys(graph.inputs).length - outputs.length;
    this.text = ['flowchart TD', ...this.shapes, ...this.arrows]
      .map((line, i) => (i === 0 ? line : `  ${line}`))
      .join('\n');
  }

  readonly blocks: number;

  private blockOf({ scope }: Operation): string | undefined {
    const calls = scope.slice(0, this.depth);
    const last = calls.at(-1);
    if (last === undefined) return undefined;
    const kind = 'blockName' in last.block ? String(last.block.blockName) : '';
    const name = last.name === kind || kind === '' ? last.name : `${last.name}: ${kind}`;
    return this.box(calls.map((call) => call.name).join('/'), `["${name}"]`);
  }

  private box(key: string, shape: string): string {
    const known = this.names.get(key);
    if (known !== undefined) return known;
    const name = `n${this.names.size}`;
    this.names.set(key, name);
    this.shapes.push(`${name}${shape}`);
    return name;
  }

  private arrow(from: string, to: string): void {
    if (from !== to) this.arrows.add(`${from} --> ${to}`);
  }
}

function label(name: string, { shape }: Tensor): string {
  return `"${name} [${shape.join(', ')}]"`;
}
