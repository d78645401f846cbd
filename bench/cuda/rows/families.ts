import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from '../../../compiler/compile.ts';
import type { Prompt } from '../../../runtime/prompt/prompt.ts';
import { Engine } from '../../../runtime/worker/engine.ts';
import { SMALL_FAMILIES } from '../../../tests/media/small-families.ts';
import { SMALL_MODELS, writeLivelyWeights } from '../../../tests/media/small-models.ts';
import { PROMPTS, TOKENIZER } from '../../../tests/runtime/prompts.ts';
import { aimed, type Line, type Row } from '../row.ts';

const PASSES = { float32: 1e-4, float16: 2e-3 } as const;
const NEW_TOKENS = 4;
const TEXTS: readonly Prompt[] = [{ query: { text: 'Once' } }];

export const row: Row = {
  name: 'families',
  summary: "every family and way of media: greedy answers and their log-probabilities against the CPU's",
  limit: 300,
  hasPeer: false,
  async run({ provider, scale, note }) {
    const all = Object.entries({ ...SMALL_MODELS, ...SMALL_FAMILIES });
    const chosen = scale === 'small' ? all.slice(0, 2) : all;
    const folder = await mkdtemp(join(tmpdir(), 'families-'));
    const worst = { float32: 0, float16: 0 };
    const unlike: Record<keyof typeof worst, string[]> = { float32: [], float16: [] };
    const far: typeof unlike = { float32: [], float16: [] };
    try {
      for (const [index, [name, make]] of chosen.entries()) {
        note(name);
        const program = make();
        const weights = join(folder, `${index}.safetensors`);
        await writeLivelyWeights(weights, program, 3);
        const made = { tokenizer: TOKENIZER, weights: [weights], copyWeights: true };
        const pictured = [PROMPTS['two examples']].flatMap((each) => each ?? []);
        const prompts = program.facts.image === undefined ? TEXTS : pictured;
        const answersOf = async (directory: string, on: typeof provider) => {
          const options = { directory, verify: false, imageMemory: 2 ** 24, threads: 1 };
          await using engine = await Engine.open({ ...options, provider: on });
          const answers = await engine.generate(prompts, { maxNewTokens: NEW_TOKENS });
          const [prompt] = prompts;
          return { answers, predictions: prompt === undefined ? [] : await engine.predictions(prompt) };
        };
        const onCpu = join(folder, `${index} cpu`);
        await compile(program, { ...made, out: onCpu });
        const expected = await answersOf(onCpu, 'cpu');
        for (const precision of ['float32', 'float16'] as const) {
          const out = join(folder, `${index} ${precision}`);
          await compile(program, { ...made, out, target: 'cuda', precision });
          const found = await answersOf(out, provider);
          const { error, largest } = furthest(expected.predictions, found.predictions);
          const share = error / largest;
          if (!(share <= PASSES[precision])) far[precision].push(`${name} ${share.toPrecision(2)}`);
          worst[precision] = Math.max(worst[precision], share);
          const tie = PASSES[precision] * largest;
          const isUnlike = found.answers.some((each, row) => differs(each, expected.answers[row], tie));
          if (isUnlike) unlike[precision].push(name);
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return (['float32', 'float16'] as const).flatMap((precision): Line[] => {
      const what = `${chosen.length} models in ${precision}`;
      const names = unlike[precision];
      return [
        ofDifference(
          {
            ...{ what, value: worst[precision], unit: 'largest difference' },
            ...(far[precision].length > 0 && { note: far[precision].join(', ') }),
          },
          precision,
        ),
        aimed(
          {
            ...{ what: `${what}, unlike the CPU's`, value: names.length, unit: 'answers' },
            ...(names.length > 0 && { note: names.join(', ') }),
          },
          { most: 0 },
        ),
      ];
    });
  },
};

/**
 * In halves nothing is aimed at here: the weights are drawn so large, for pictures and words to count, that what is rounded
 * grows from layer to layer. Models with weights of usual sizes are those of the row `models`.
 */
function ofDifference(line: Line, precision: keyof typeof PASSES): Line {
  return precision === 'float16' ? line : aimed(line, { most: PASSES[precision] });
}

type Predictions = Awaited<ReturnType<Engine['predictions']>>;
type Answer = { readonly tokens: readonly number[]; readonly scores: readonly number[] };

/** The largest difference of a log-probability, and the largest of them. */
function furthest(wanted: Predictions, found: Predictions): { error: number; largest: number } {
  let [error, largest] = [0, Number.MIN_VALUE];
  for (const [place, row] of wanted.entries())
    for (const [token, value] of row.entries()) {
      error = Math.max(error, Math.abs(value - (found[place]?.[token] ?? Number.NaN)));
      largest = Math.max(largest, Math.abs(value));
    }
  return { error, largest };
}

/** Whether an answer takes another way at a token that is not as likely, to what rounds away, as the one that was expected. */
function differs({ tokens, scores }: Answer, wanted: Answer | undefined, tie: number): boolean {
  const place = tokens.findIndex((token, index) => token !== wanted?.tokens[index]);
  if (place < 0) return tokens.length !== wanted?.tokens.length;
  return !(Math.abs((scores[place] ?? Number.NaN) - (wanted?.scores[place] ?? Number.NaN)) <= tie);
}
