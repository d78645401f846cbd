import type { Manifest } from '../../artifact/manifest.ts';
import type { Engine } from '../engine.ts';
import type { PreparedPrompt } from '../generate/language-model.ts';
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
  const { vocabulary, contextLength: whole, cacheLength = whole } = manifest.language;
  const contextLength = Math.min(whole, cacheLength);
  problems.push(...pictureMisfits(manifest.image, pictures, frames));
  const longest = Math.max(
    0,
    ...[...greedy, ...beams.flatMap((each) => each.answers.map((answer) => answer.tokens))].map(
      ({ length }) => length,
    ),
  );
  // An answer's last token is chosen and not read.
  const further = Math.max(steps.length, longest - 1);
  for (const [row, { tokens, logProbabilities }] of prompts.entries()) {
    const columns = logProbabilities[0]?.length ?? 0;
    if (columns !== vocabulary)
      problems.push(
        `the reference has ${columns} log-probabilities a place for prompt ${row}, but the model ${vocabulary}`,
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

function pictureMisfits(
  image: Manifest['image'],
  pictures: readonly Float32Array[],
  frames: number,
): readonly string[] {
  if (image === undefined) {
    return pictures.length === 0
      ? []
      : [`the reference has pictures (${pictures.length}), but the model reads text alone`];
  }
  const { size } = image;
  const needed = frames * 3 * size * size;
  const odd = pictures.findIndex((picture) => picture.length !== needed);
  return odd < 0
    ? []
    : [
        `picture ${odd} has ${pictures[odd]?.length} values, but the model takes ${needed} ([${frames}, 3, ${size}, ${size}])`,
      ];
}

/**
 * Why prompts whose pictures have been encoded cannot be asked: a picture stands where its image tokens are, one or as
 * many as the way of media gives it.
 *
 * @returns a sentence for each; nothing when all fit
 */
export function misplacedPictures(
  { tokenizer, way }: Pick<Engine, 'tokenizer' | 'way'>,
  prompts: readonly PreparedPrompt[],
): readonly string[] {
  return prompts.flatMap(({ tokens, media }, row) => {
    const found = tokens.filter((token) => token === tokenizer.special.image).length;
    const needed = media.reduce((sum, picture) => sum + way.tokensOf(picture), 0);
    if (found === needed) return [];
    const taking = needed === media.length ? '' : `, which take ${needed}`;
    return [
      `prompt ${row} has ${found} image tokens (${tokenizer.special.image}) for ${media.length} pictures${taking}`,
    ];
  });
}
