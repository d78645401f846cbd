import { NodeWriter } from '../onnx/node-writer.ts';

/** Names of values in the graph that chooses. */
export interface Choosing {
  /** float32 `[batch, vocabulary]`. */
  readonly logits: string;
  readonly vocabulary: number;
  /** float32 `[vocabulary]`, added to the logits before a token is chosen: what is never chosen has -Infinity. */
  readonly never: string;
  /** int64 scalar: the number of the token in this run, from 0. */
  readonly step: string;
  /** The graph's inputs. */
  readonly temperature: string;
  readonly topK: string;
  readonly topP: string;
  readonly random: string;
}

/**
 * Chooses the next token of each row, as the runtime does that has every step's logits: the likeliest where the
 * temperature is 0, else one drawn from the k likeliest, and of these from the likeliest with together probability p. It
 * computes in double precision, and what is drawn from is in the order of ids: given the same random numbers it draws the
 * same tokens. Where nobody samples, nothing is sorted.
 *
 * @returns int64 `[batch]`, and float32 `[batch]`, their log-probabilities before temperature and the like
 */
export function chooseTokens(
  writer: NodeWriter,
  choosing: Choosing,
): { readonly token: string; readonly logProbability: string } {
  const { logits, never, temperature } = choosing;
  const allowed = writer.node('Add', [logits, never]);
  const likeliest = writer.node('ArgMax', [allowed], { axis: 1, keepdims: 0 });
  const samples = writer.node('Greater', [temperature, writer.numbers([0])]);
  const someSample = writer.node('ReduceMax', [writer.integer(samples)], { keepdims: 0 });
  const [token = ''] = writer.nodes(
    'If',
    [writer.node('Greater', [someSample, writer.integers([0], [])])],
    1,
    {
      then_branch: { graph: drawn(choosing, { allowed, likeliest, samples }) },
      else_branch: { graph: given(likeliest) },
    },
  );

  const exact = writer.double(logits);
  const axis = writer.integers([1]);
  const below = writer.node('Sub', [exact, writer.node('ReduceMax', [exact, axis], { keepdims: 1 })]);
  const sum = writer.node('ReduceSum', [writer.node('Exp', [below]), axis], { keepdims: 1 });
  const ofToken = writer.node('GatherElements', [below, writer.column(token)], { axis: 1 });
  const difference = writer.node('Sub', [ofToken, writer.node('Log', [sum])]);
  return { token, logProbability: writer.node('Squeeze', [writer.float(difference), axis]) };
}

function given(value: string) {
  const writer = new NodeWriter('likeliest');
  const token = writer.node('Identity', [value]);
  return writer.finish('likeliest', [], [{ name: token, dtype: 'int64', shape: ['batch'] }]);
}

/** The graph that draws. */
function drawn(
  { vocabulary, step, temperature, topK, topP, random }: Choosing,
  { allowed, likeliest, samples }: Readonly<Record<'allowed' | 'likeliest' | 'samples', string>>,
) {
  const writer = new NodeWriter('drawn');
  const axis = writer.integers([1]);
  const [zero, one] = [writer.double(writer.numbers([0])), writer.double(writer.numbers([1]))];
  const divisor = writer.column(writer.node('Where', [samples, writer.double(temperature), one]));
  const scores = writer.node('Div', [writer.double(allowed), divisor]);
  // Among equals the lower id comes first.
  const [sorted = '', ids = ''] = writer.nodes('TopK', [scores, writer.integers([vocabulary])], 2, {
    axis: 1,
  });

  const all = writer.integers([vocabulary]);
  const limited = writer.node('Greater', [topK, writer.integers([0])]);
  const count = writer.node('Where', [limited, writer.node('Min', [topK, all]), all]);
  const last = writer.column(writer.node('Sub', [count, writer.integers([1])]));
  const least = writer.node('GatherElements', [sorted, last], { axis: 1 });
  const highest = writer.node('Gather', [sorted, writer.integers([0])], { axis: 1 });
  const weights = writer.node('Exp', [writer.node('Sub', [sorted, highest])]);
  const ofLikeliest = writer.node('Where', [writer.node('GreaterOrEqual', [sorted, least]), weights, zero]);

  const share = writer.column(writer.double(topP));
  const total = writer.node('ReduceSum', [ofLikeliest, axis], { keepdims: 1 });
  const before = writer.node('CumSum', [ofLikeliest, writer.integers([1], [])], { exclusive: 1 });
  const within = writer.node('Or', [
    writer.node('Less', [before, writer.node('Mul', [share, total])]),
    writer.node('GreaterOrEqual', [share, one]),
  ]);
  const kept = writer.node('Where', [within, ofLikeliest, zero]);

  const none = writer.node('Mul', [kept, zero]);
  const byId = writer.node('ScatterElements', [none, ids, kept], { axis: 1 });
  const sums = writer.node('CumSum', [byId, writer.integers([1], [])]);
  const whole = writer.node('Gather', [sums, writer.integers([vocabulary - 1])], { axis: 1 });
  const number = writer.double(writer.node('Gather', [random, step], { axis: 1 }));
  const uniform = writer.node('Mul', [number, writer.double(writer.numbers([2 ** -53]))]);
  const reached = writer.node('Mul', [writer.column(uniform), whole]);
  const isPast = writer.float(writer.node('Greater', [sums, reached]));
  const first = writer.node('ArgMax', [isPast], { axis: 1, keepdims: 0 });
  const token = writer.node('Where', [samples, first, likeliest]);
  return writer.finish('drawn', [], [{ name: token, dtype: 'int64', shape: ['batch'] }]);
}
