import type { Engine } from '../worker/engine.ts';
import type { GoldenReference } from './golden-reference.ts';

/**
 * Why a model cannot even be asked what a reference says of it: other special tokens, another vocabulary, pictures of
 * another size, prompts that are longer than its context.
 *
 * @returns a sentence for each; nothing when it can
 */
export function misfits(
  { manifest, tokenizer }: Pick<Engine, 'manifest' | 'tokenizer'>,
  { prompts, steps, pictures, frames, special, greedy = [], beams }: GoldenReference,
): string[] {
  const problems: string[] = [];
  for (const [name, expected] of Object.entries(special)) {
    if (expected === undefined) continue;
    const own = Object.entries(tokenizer.special).find(([key]) => key === name)?.[1] ?? null;
    if (JSON.stringify(own) !== JSON.stringify(expected))
      problems.push(
        `the special token ${name} is ${JSON.stringify(own)} instead of ${JSON.stringify(expected)}`,
      );
  }
  const { vocabulary, contextLength } = manifest.language;
  const size = manifest.image?.size ?? 0;
  const needed = frames * 3 * size * size;
  const odd = pictures.findIndex((picture) => picture.length !== needed);
  if (odd >= 0) {
    problems.push(
      `picture ${odd} has ${pictures[odd]?.length} values, but the model takes ${needed} ([${frames}, 3, ${size}, ${size}])`,
    );
  }
  const longest = Math.max(
    0,
    ...[...greedy, ...beams.flatMap((each) => each.answers.map((answer) => answer.tokens))].map(
      ({ length }) => length,
    ),
  );
  // An answer's last token is chosen and not read.
  const further = Math.max(steps.length, longest - 1);
  for (const [row, { tokens, pictures: shown, logProbabilities }] of prompts.entries()) {
    const columns = logProbabilities[0]?.length ?? 0;
    if (columns !== vocabulary)
      problems.push(
        `the reference has ${columns} log-probabilities a place for prompt ${row}, but the model ${vocabulary}`,
      );
    const images = tokens.filter((token) => token === tokenizer.special.image).length;
    if (images !== shown.length)
      problems.push(
        `prompt ${row} has ${images} image tokens (${tokenizer.special.image}) for ${shown.length} pictures`,
      );
    const stray = [...tokens, ...steps.flatMap((step) => step[row] ?? [])].find(
      (token) => token >= vocabulary,
    );
    if (stray !== undefined)
      problems.push(`prompt ${row} has the token ${stray}, but the model has ${vocabulary} of them`);
    if (tokens.length + further > contextLength) {
      problems.push(
        `prompt ${row} takes ${tokens.length} tokens and up to ${further} more, but the model's context has ${contextLength}`,
      );
    }
  }
  return problems;
}
