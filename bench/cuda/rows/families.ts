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
          return await engine.generate(prompts, { maxNewTokens: NEW_TOKENS });
        };
        const onCpu = join(folder, `${index} cpu`);
        await compile(program, { ...made, out: onCpu });
        const expected = await answersOf(onCpu, 'cpu');
        for (const precision of ['float32', 'float16'] as const) {
          const out = join(folder, `${index} ${precision}`);
          await compile(program, { ...made, out, target: 'cuda', precision });
          for (const [place, { tokens, scores }] of (await answersOf(out, provider)).entries()) {
            const wanted = expected[place];
            if (tokens.join() !== wanted?.tokens.join()) unlike[precision].push(name);
            const largest = Math.max(1, ...(wanted?.scores ?? []).map(Math.abs));
            for (const [token, score] of scores.entries())
              worst[precision] = Math.max(
                worst[precision],
                Math.abs(score - (wanted?.scores[token] ?? Number.NaN)) / largest,
              );
          }
        }
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
    return (['float32', 'float16'] as const).flatMap((precision): Line[] => {
      const what = `${chosen.length} models in ${precision}`;
      const names = unlike[precision];
      return [
        aimed({ what, value: worst[precision], unit: 'largest difference' }, { most: PASSES[precision] }),
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
