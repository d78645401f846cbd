import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import { loadFlamingo } from '../../runtime/index.ts';
import type { Benchmark } from '../benchmark.ts';
import { interleave } from '../measure/interleave.ts';
import { compare, spreadOf } from '../measure/statistics.ts';
import type { Case } from '../result.ts';
import { middleFlamingo } from '../support/middle-model.ts';
import { withTemporaryFolder } from '../support/temporary-folder.ts';
import { BYTE_LEVEL } from '../support/tokenizer.ts';

/** Words before the answer, a token a letter. */
const PROMPTS = [
  { name: 'on 16 tokens', letters: 16 },
  { name: 'on 512 tokens', letters: 512 },
] as const;

const NEW_TOKENS = 32;

export const benchmark: Benchmark = {
  name: 'generation',
  summary:
    'answers of a model by one graph against a run for each token, and a static cache against one that grows',
  run: (context) =>
    withTemporaryFolder(async (folder) => {
      const { threads, note, quick } = context;
      note('compile the model');
      const [grown, kept] = [join(folder, 'grown'), join(folder, 'kept')];
      const options = { source: 'bench', tokenizer: BYTE_LEVEL };
      await compile(middleFlamingo(), { ...options, out: grown, generation: true });
      await compile(middleFlamingo(), { ...options, out: kept, staticCache: 1024 });
      await using steps = await loadFlamingo(grown, { threads, keptTokens: 0, generation: 'steps' });
      await using whole = await loadFlamingo(grown, { threads, keptTokens: 0, generation: 'graph' });
      await using fixed = await loadFlamingo(kept, { threads, keptTokens: 0 });
      const models = { steps, whole, fixed };
      const cases: Case[] = [];
      for (const { name, letters } of quick ? PROMPTS.slice(0, 1) : PROMPTS) {
        note(name);
        const ask = (model: keyof typeof models) => async () => {
          const query = { text: 'x'.repeat(letters) };
          await models[model].generate({ query }, { maxNewTokens: NEW_TOKENS });
        };
        const samples = await interleave(
          { steps: ask('steps'), whole: ask('whole'), fixed: ask('fixed') },
          { seconds: quick ? 0.5 : 12, least: quick ? 3 : 6 },
        );
        const { steps: byStep = [], whole: inOne = [], fixed: inPlace = [] } = samples;
        cases.push({
          name: `${NEW_TOKENS} tokens ${name}`,
          variants: {
            'step by step': spreadOf(byStep, 'ms'),
            'in one graph': spreadOf(inOne, 'ms'),
            'static cache of 1024': spreadOf(inPlace, 'ms'),
          },
          comparisons: [
            compare('one graph / steps', inOne, byStep),
            compare('static / growing', inPlace, byStep),
          ],
        });
      }
      const notes = ['Random weights. For every token the whole of the static cache is looked at.'];
      return [{ title: 'An answer', cases, notes }];
    }),
};
