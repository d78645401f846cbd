import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { UserError } from '../../artifact/user-error.ts';
import { longestFirst, type NodeProfile, type PhaseProfile } from './profile.ts';

/** `{ int64: [2, 3] }` for each tensor; what is no tensor has no sizes. */
const types = z.array(z.record(z.string(), z.unknown()));

const event = z.object({
  cat: z.string(),
  name: z.string(),
  /** Microseconds. */
  ts: z.number(),
  dur: z.number(),
  args: z
    .object({
      provider: z.string().optional(),
      op_name: z.string().optional(),
      input_type_shape: types.optional(),
      output_type_shape: types.optional(),
    })
    .optional(),
});

type Event = z.infer<typeof event>;

const NODE = /_kernel_time$/;
const WHOLE = /^(u?int\d+|bool)$/;

/** What is known of a node while its runs are counted. */
type Counted = { -readonly [Key in keyof NodeProfile]: NodeProfile[Key] };
type CountedPhase = { runs: number; milliseconds: number; nodes: Map<string, Counted> };

/**
 * Reads the file in which ONNX Runtime wrote what ran (Chrome's trace events, one a line), without holding it whole: one of
 * a long answer has millions.
 *
 * @param phaseOf what a run did, by its number
 * @param graph the graph that ran
 * @throws UserError for a file of another form
 */
export async function readEvents(
  file: string,
  graph: string,
  phaseOf: (run: number) => string,
): Promise<readonly PhaseProfile[]> {
  const phases = new Map<string, CountedPhase>();
  let run = 0;
  let ran: Event[] = [];
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const found = eventOf(line, file);
    if (found === undefined) continue;
    if (found.cat === 'Node' && NODE.test(found.name)) ran.push(found);
    if (found.cat !== 'Session' || found.name !== 'model_run') continue;
    const name = phaseOf(run);
    const phase = phases.get(name) ?? { runs: 0, milliseconds: 0, nodes: new Map() };
    phases.set(name, phase);
    phase.runs += 1;
    phase.milliseconds += found.dur / 1000;
    count(ran, phase.nodes);
    ran = [];
    run += 1;
  }
  return [...phases].map(([phase, { runs, milliseconds, nodes }]) => ({
    ...{ phase, graph, runs, milliseconds },
    nodes: longestFirst([...nodes.values()]),
  }));
}

function eventOf(line: string, file: string): Event | undefined {
  const text = line.trim().replace(/,$/, '');
  if (text === '' || text === '[' || text === ']') return undefined;
  try {
    return event.parse(JSON.parse(text));
  } catch {
    throw new UserError(
      `ONNX Runtime wrote what ran into ${file} in another form than that of 1.30: use onnxruntime-node 1.30.`,
    );
  }
}

/**
 * Adds the nodes of one run. They come in the order in which they ended, so that those of a graph that a node ran stand
 * before it, and began after it.
 */
function count(events: readonly Event[], nodes: Map<string, Counted>): void {
  const open: Event[] = [];
  for (const each of events) {
    let inside = 0;
    while ((open.at(-1)?.ts ?? Number.NEGATIVE_INFINITY) >= each.ts) inside += open.pop()?.dur ?? 0;
    open.push(each);
    const { provider = '', op_name: operator = '', input_type_shape, output_type_shape } = each.args ?? {};
    const node = each.name.replace(NODE, '');
    const key = JSON.stringify([node, operator, provider]);
    const known = nodes.get(key) ?? {
      ...{ node, operator, provider: provider.replace(/ExecutionProvider$/, '') },
      ...{ runs: 0, milliseconds: 0, computesSizes: true },
    };
    nodes.set(key, known);
    known.runs += 1;
    known.milliseconds += Math.max(0, each.dur - inside) / 1000;
    known.computesSizes &&= [...(input_type_shape ?? []), ...(output_type_shape ?? [])].every((type) =>
      Object.entries(type).every(([name, sizes]) => WHOLE.test(name) || isSingle(sizes)),
    );
  }
}

function isSingle(sizes: unknown): boolean {
  return Array.isArray(sizes) && sizes.every((size) => size === 1);
}
