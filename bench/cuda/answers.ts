import { UserError } from '../../artifact/user-error.ts';
import type { GenerationMode } from '../../runtime/generation-mode.ts';
import type { FewShotPrompt } from '../../runtime/prompt/prompt.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { noiseImage } from '../support/noise-image.ts';
import { timed } from './measure.ts';
import type { RowContext } from './row.ts';
import { SIZES } from './scale.ts';

/** Tokens of the text of an example, a byte each. */
const WORDS = 'Output:noise';

/** A prompt of so many examples and a question, each with a picture of its own. */
export async function fewShotPrompt(shots: number, first = 0): Promise<FewShotPrompt> {
  const picture = (index: number) => noiseImage(first + index, 224);
  return {
    shots: await Promise.all(
      Array.from({ length: shots }, async (_, index) => ({ image: await picture(index), text: WORDS })),
    ),
    query: { image: await picture(shots), text: 'Output:' },
  };
}

/** Tokens of such a prompt: a picture's, its text's, and the end of an example's. */
export function promptLength(shots: number): number {
  return (shots + 1) * (WORDS.length + 2);
}

export function openModel(
  directory: string,
  { provider, scale }: Pick<RowContext, 'provider' | 'scale'>,
  generation: GenerationMode,
): Promise<Engine> {
  return Engine.open({
    ...{ directory, provider, generation, verify: false, keptTokens: 0 },
    ...{ imageMemory: 2 ** 32, cachedTokens: 2 ** 17 },
    // On a processor the rows are only to run.
    ...(scale === 'small' && { threads: 2 }),
  });
}

/**
 * Milliseconds of one token, of all rows together: a long answer less a short one, so that neither prompt nor pictures count.
 *
 * @throws UserError where the model ends its answers by itself, which says nothing
 */
export async function tokenTime(
  engine: Engine,
  prompts: readonly FewShotPrompt[],
  { scale }: Pick<RowContext, 'scale'>,
): Promise<number> {
  const write = (maxNewTokens: number) =>
    timed(async () => {
      const answers = await engine.generate(prompts, { maxNewTokens }, { batchSize: prompts.length });
      for (const { tokens } of answers)
        if (tokens.length !== maxNewTokens)
          throw new UserError(
            `An answer of random weights ended after ${tokens.length} of ${maxNewTokens} tokens.`,
          );
    });
  const [short, long] = SIZES[scale].answers;
  return ((await write(long)) - (await write(short))) / (long - short);
}
