import type { Random } from '../random.ts';
import { fastBinding } from './binding.ts';
import { offeredChoice, yesOrNo } from './choices.ts';
import type { EpisodeKind } from './episode.ts';
import { picturesInARow } from './pictures-in-a-row.ts';
import { askedQuestion, shownQuestion } from './questions.ts';

/** Every kind of episode. */
export const EPISODE_KINDS: readonly EpisodeKind[] = [
  shownQuestion,
  askedQuestion,
  fastBinding,
  picturesInARow,
  offeredChoice,
  yesOrNo,
];

/** A kind by weight. */
export function randomKind(random: Random, kinds: readonly EpisodeKind[] = EPISODE_KINDS): EpisodeKind {
  return random.weighted(kinds.map((kind) => [kind, kind.weight] as const));
}
