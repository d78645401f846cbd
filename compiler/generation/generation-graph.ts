import { generationContract } from '../../artifact/added-graphs/generation-contract.ts';
import type { PortContracts } from '../../artifact/contract.ts';
import type { Dtype } from '../../dsl/dtype.ts';
import type { LanguageFacts } from '../../dsl/program/program.ts';
import type { Shape } from '../../dsl/tensor.ts';
import { NodeWriter } from '../onnx/node-writer.ts';
import type { OnnxGraph, OnnxPort } from '../onnx/onnx-graph.ts';
import { renamedValue } from '../onnx/renamed-value.ts';
import { chooseTokens } from './choose-tokens.ts';
import { withHalfInputs } from './half-inputs.ts';

/** A value that a turn of the loop takes from the one before. */
interface State {
  /** What the body calls it. */
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: Shape;
  /** The value before the first turn. */
  readonly first: string;
  /** What the body makes of it. */
  readonly next: string;
}

const inBody = (name: string) => `each token ${name}`;

/**
 * The whole generation in one graph: a `Loop` whose turns read tokens by the language graph and choose the next. The
 * first turn reads the prompt, and every other one the token that was chosen before; the cache grows within. The loop
 * ends when every row has ended. Its inputs and outputs are those of `generationContract`. Where the language graph
 * computes in float16, so are the cache and what is seen of pictures within the loop.
 *
 * @param lowered the language graph with a cache that grows
 */
export function generationGraph(
  lowered: OnnxGraph,
  { vocabulary }: Pick<LanguageFacts, 'vocabulary'>,
): OnnxGraph {
  const contract = generationContract({
    inputs: Object.fromEntries(lowered.inputs.map((port) => [port.name, port])),
  });
  const language = withHalfInputs(lowered);
  const writer = new NodeWriter('generate');
  const batch = writer.size('max_new_tokens', 0);
  const nothing = writer.node('ConstantOfShape', [
    writer.node('Concat', [batch, writer.integers([0])], { axis: 0 }),
  ]);
  const never = neverChosen(writer, vocabulary);
  const first = {
    finished: writer.node('LessOrEqual', ['max_new_tokens', writer.integers([0])]),
    lengths: writer.node('Mul', ['max_new_tokens', writer.integers([0])]),
    tokens: writer.integer(nothing),
    logProbabilities: nothing,
  };
  const asRead = (name: string, dtype: Dtype) => {
    const outside = contract.inputs[name]?.dtype;
    return outside === dtype ? name : writer.node('Cast', [name], { to: { type: dtype } });
  };
  const { body, states } = bodyOf(language, { vocabulary, never, first, asRead });
  const results = writer.nodes(
    'Loop',
    [
      writer.node('ReduceMax', ['max_new_tokens'], { keepdims: 0 }),
      '',
      ...states.map((state) => state.first),
    ],
    states.length,
    { body: { graph: body } },
  );
  const resultOf = (name: string) => results[states.findIndex((state) => state.name === inBody(name))] ?? '';
  const give = (name: string, value: string) => writer.rename(value, name);
  for (const name of ['new_tokens', 'log_probabilities', 'lengths']) give(name, resultOf(name));
  // All but the place of the token that would be read next.
  const row = writer.node('Gather', [resultOf('attention_mask'), writer.integers([0], [])], { axis: 1 });
  const [start, end, axis] = [writer.integers([0]), writer.integers([-1]), writer.integers([1])];
  give('present_mask', writer.node('Slice', [row, start, end, axis]));
  for (const { name, dtype } of language.inputs.filter(isPast)) {
    const present = resultOf(name);
    give(name.replace('past_', 'present_'), dtype === 'float32' ? present : writer.float(present));
  }
  return writer.finish('generate', portsOf(contract.inputs), portsOf(contract.outputs), language.parameters);
}

function portsOf(contracts: PortContracts): readonly OnnxPort[] {
  return Object.entries(contracts).map(([name, { dtype, shape }]) => ({
    name,
    dtype,
    // Those of a graph have one size each.
    shape: shape.flat(),
  }));
}

/** Whether an input is of the cache, keys and values or a recurrence's state. */
const isPast = ({ name }: { readonly name: string }) => name.startsWith('past_');
/** Whether what is new of it stands behind what was: that of a state takes its place. */
const grows = ({ name }: { readonly name: string }) => /^past_(key|value)\.\d+$/.test(name);

/**
 * float32 `[vocabulary]`: 0, and -Infinity for what is never chosen. One place more is written to, which is cut off: -1 is
 * no token, as among those that end answers, for callers that cannot give an empty tensor.
 */
function neverChosen(writer: NodeWriter, vocabulary: number): string {
  const zeros = writer.node('ConstantOfShape', [writer.integers([vocabulary + 1])]);
  const infinity = writer.numbers([Number.NEGATIVE_INFINITY]);
  const updates = writer.node('Expand', [infinity, writer.node('Shape', ['suppressed_tokens'])]);
  const scattered = writer.node('ScatterElements', [zeros, 'suppressed_tokens', updates], { axis: 0 });
  return writer.node('Slice', [scattered, writer.integers([0]), writer.integers([vocabulary])]);
}

interface BodyOptions {
  readonly vocabulary: number;
  readonly never: string;
  readonly first: Readonly<Record<'finished' | 'lengths' | 'tokens' | 'logProbabilities', string>>;
  /** One of the graph's inputs in the dtype that the loop reads it in. */
  asRead(input: string, dtype: Dtype): string;
}

/** One turn: reads, chooses, and lays out the inputs of the next. */
function bodyOf(
  language: OnnxGraph,
  { vocabulary, never, first, asRead }: BodyOptions,
): { readonly body: OnnxGraph; readonly states: readonly State[] } {
  const writer = new NodeWriter('turn');
  const shared = new Set(language.parameters.map(({ name }) => name));
  const renamed = (name: string) => (name === '' || shared.has(name) ? name : inBody(name));
  writer.add(
    language.nodes.map((node) => renamedValue({ ...node, name: renamed(node.name) }, renamed)),
    language.constants.map((constant) => ({ ...constant, name: renamed(constant.name) })),
  );
  const [step, goesOn] = ['turn number', 'turn goes on'];
  const [finished, lengths] = [inBody('finished'), inBody('lengths')];

  const chosen = chooseTokens(writer, {
    ...{ logits: inBody('logits'), vocabulary, never, step },
    ...{ temperature: 'temperature', topK: 'top_k', topP: 'top_p', random: 'random' },
  });
  const token = writer.node('Where', [finished, 'padding_token', chosen.token]);
  const logProbability = writer.node('Where', [finished, writer.numbers([0]), chosen.logProbability]);
  const count = writer.node('Add', [lengths, writer.integer(writer.node('Not', [finished]))]);
  const equal = writer.node('Equal', [
    writer.column(token),
    writer.node('Unsqueeze', ['stop_tokens', writer.integers([0])]),
  ]);
  const stops = writer.node('ReduceSum', [writer.integer(equal), writer.integers([1])], { keepdims: 0 });
  const ended = writer.node('Or', [
    writer.node('Greater', [stops, writer.integers([0])]),
    writer.node('GreaterOrEqual', [count, 'max_new_tokens']),
  ]);
  const over = writer.node('Or', [finished, ended]);
  const open = writer.node('ReduceMax', [writer.integer(writer.node('Not', [over]))], { keepdims: 0 });
  const stillGoesOn = writer.node('Greater', [open, writer.integers([0], [])]);

  const states: State[] = [];
  const state = (port: OnnxPort, from: string, next: string) =>
    states.push({ name: inBody(port.name), dtype: port.dtype, shape: port.shape, first: from, next });
  const next = nextInputs(writer, { token, over });
  for (const port of language.inputs) {
    const added = inBody(port.name.replace('past_', 'new_'));
    const value = grows(port)
      ? writer.node('Concat', [inBody(port.name), added], { axis: 2 })
      : isPast(port)
        ? added
        : (next[port.name] ?? writer.node('Identity', [asRead(`next.${port.name}`, port.dtype)]));
    state(port, asRead(port.name, port.dtype), value);
  }
  state({ name: 'finished', dtype: 'bool', shape: ['batch'] }, first.finished, over);
  state({ name: 'lengths', dtype: 'int64', shape: ['batch'] }, first.lengths, count);
  for (const [name, value, from, dtype] of [
    ['new_tokens', token, first.tokens, 'int64'],
    ['log_probabilities', logProbability, first.logProbabilities, 'float32'],
  ] as const)
    state(
      { name, dtype, shape: ['batch', 'written'] },
      from,
      writer.node('Concat', [inBody(name), writer.column(value)], { axis: 1 }),
    );
  const body = writer.finish(
    'turn',
    [
      { name: step, dtype: 'int64', shape: [] },
      { name: goesOn, dtype: 'bool', shape: [] },
      ...states.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    ],
    [
      { name: stillGoesOn, dtype: 'bool', shape: [] },
      // Sizes change from turn to turn.
      ...states.map((each) => ({
        name: each.next,
        dtype: each.dtype,
        shape: each.shape.map((dim) =>
          typeof dim === 'number' || dim === 'batch' ? dim : `next_${dim.replaceAll('+', '_')}`,
        ),
      })),
    ],
  );
  return { body, states };
}

/** The language graph's inputs for one token of each row behind what has been read. */
function nextInputs(
  writer: NodeWriter,
  { token, over }: Readonly<Record<'token' | 'over', string>>,
): Readonly<Record<string, string>> {
  const [positions, mask, wanted] = [inBody('positions'), inBody('attention_mask'), inBody('wanted')];
  const flat = writer.node('Reshape', [positions, writer.integers([-1])]);
  const position = writer.node('Gather', [flat, wanted], { axis: 0 });
  // A row that has ended stays where it is: there may be no further position.
  const further = writer.node('Where', [
    over,
    position,
    writer.node('Add', [position, writer.integers([1])]),
  ]);

  // Further tokens see what the last one did, and it.
  const rows = writer.node('Reshape', [
    mask,
    writer.node('Concat', [writer.integers([-1]), writer.size(mask, 2)], { axis: 0 }),
  ]);
  const seen = writer.node('Gather', [rows, wanted], { axis: 0 });
  const itself = writer.node('Equal', [writer.column(token), writer.column(token)]);
  const sees = writer.node('Unsqueeze', [
    writer.node('Concat', [seen, itself], { axis: 1 }),
    writer.integers([1]),
  ]);
  const batch = writer.node('Squeeze', [writer.size(wanted, 0)]);
  return {
    tokens: writer.column(token),
    positions: writer.column(further),
    attention_mask: sees,
    wanted: writer.node('Range', [writer.integers([0], []), batch, writer.integers([1], [])]),
  };
}
