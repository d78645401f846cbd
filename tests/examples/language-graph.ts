import { type GraphValue, type LoadedGraph, loadGraph } from '../../runtime/graph.ts';

type Values = Readonly<Record<string, GraphValue>>;

const float = (data: Float32Array, shape: readonly number[]): GraphValue => ({ data, shape });
const int64 = (values: readonly number[], shape: readonly number[]): GraphValue => ({
  data: BigInt64Array.from(values, BigInt),
  shape,
});

/**
 * The logits of rows of tokens, `[batch, text, vocabulary]`, by the language graph of an artifact: the first tokens in one
 * call, the others one by one on the cache that the calls before them made.
 *
 * @param tokens rows of one length
 * @param first how many go into the first call; default all
 */
export async function logitsOf(
  artifact: string,
  tokens: readonly (readonly number[])[],
  first = tokens[0]?.length ?? 0,
): Promise<Float32Array> {
  await using graph = await loadGraph(artifact, { graph: 'language', threads: 1 });
  const length = tokens[0]?.length ?? 0;
  let past = emptyCache(graph, tokens.length);
  const calls: GraphValue[] = [];
  for (let start = 0; start < length; start += calls.length === 1 ? first : 1) {
    const end = start === 0 ? first : start + 1;
    const outputs = await graph.run({ ...textInputs(tokens, start, end), ...past });
    calls.push(given(outputs.logits));
    past = longerCache(past, outputs);
  }
  return inRows(calls, tokens.length);
}

function textInputs(tokens: readonly (readonly number[])[], start: number, end: number): Values {
  const [batch, text] = [tokens.length, end - start];
  const places = Array.from({ length: text }, (_, place) => start + place);
  const mask = tokens.flatMap(() =>
    places.flatMap((place) => Array.from({ length: end }, (_, key) => (key <= place ? 1 : 0))),
  );
  return {
    tokens: int64(
      tokens.flatMap((row) => row.slice(start, end)),
      [batch, text],
    ),
    positions: int64(
      tokens.flatMap(() => places),
      [batch, text],
    ),
    attention_mask: { data: Uint8Array.from(mask), shape: [batch, text, end] },
    wanted: int64(
      Array.from({ length: batch * text }, (_, index) => index),
      [batch * text],
    ),
  };
}

function emptyCache(graph: LoadedGraph, batch: number): Values {
  const ports = graph.inputs.filter(({ name }) => name.startsWith('past_'));
  return Object.fromEntries(
    ports.map(({ name, shape }) => {
      const sizes = shape.map((dim) => (typeof dim === 'number' ? dim : dim === 'batch' ? batch : 0));
      return [name, float(new Float32Array(0), sizes)];
    }),
  );
}

/** The cache `[batch, heads, past, headDim]` with the new keys and values after it. */
function longerCache(past: Values, outputs: Values): Values {
  return Object.fromEntries(
    Object.entries(past).map(([name, before]) => {
      const after = given(outputs[name.replace('past_', 'new_')]);
      const [batch = 0, heads = 0, old = 0, dim = 0] = before.shape;
      const text = after.shape[2] ?? 0;
      const data = new Float32Array(batch * heads * (old + text) * dim);
      for (let row = 0; row < batch * heads; row += 1) {
        const start = row * (old + text) * dim;
        data.set(floats(before).subarray(row * old * dim, (row + 1) * old * dim), start);
        data.set(floats(after).subarray(row * text * dim, (row + 1) * text * dim), start + old * dim);
      }
      return [name, float(data, [batch, heads, old + text, dim])];
    }),
  );
}

/** Logits of several calls, `[batch * text, vocabulary]` each, in the order of the rows. */
function inRows(calls: readonly GraphValue[], batch: number): Float32Array {
  const rows = Array.from({ length: batch }, (_, row) =>
    calls.map((call) => {
      const data = floats(call);
      const size = data.length / batch;
      return data.subarray(row * size, (row + 1) * size);
    }),
  ).flat();
  const all = new Float32Array(rows.reduce((sum, { length }) => sum + length, 0));
  let place = 0;
  for (const row of rows) {
    all.set(row, place);
    place += row.length;
  }
  return all;
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the graph did not give it');
  return value;
}

function floats({ data }: GraphValue): Float32Array {
  if (!(data instanceof Float32Array)) throw new Error('no float32');
  return data;
}
