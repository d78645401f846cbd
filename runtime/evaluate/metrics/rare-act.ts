import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { mean } from 'simple-statistics';
import { z } from 'zod';
import { UserError } from '../../../artifact/user-error.ts';
import { checkArgument } from '../../arguments/check-argument.ts';
import { averagePrecision, type WeightedItem } from './average-precision.ts';

/** A segment of a video with an action that it was checked for: a row of `rareact.csv`. */
export interface RareActClip {
  readonly video: string;
  readonly verb: string;
  readonly noun: string;
  /** The action's column in `scores`. */
  readonly classId: number;
  /** 1: it shows the action; 2, 3, 4: the verb, the noun, or both, but not together; 0: neither. */
  readonly annotation: 0 | 1 | 2 | 3 | 4;
  /** The model's score of each action, the higher the more likely. */
  readonly scores: readonly number[];
}

const CLIPS = z
  .array(
    z.looseObject({
      video: z.string(),
      verb: z.string(),
      noun: z.string(),
      classId: z.int().min(0),
      annotation: z.int().min(0).max(4),
      scores: z.array(z.number()).min(1),
    }),
  )
  .min(1);
const OPTIONS = z.strictObject({ samples: z.int().min(1).optional(), seed: z.int().optional() });

/** The score of all actions that a clip shows, and of each by its verb and noun. */
export interface RareActScore {
  readonly score: number;
  readonly scores: ReadonlyMap<string, number>;
}

/** Clips that an action is looked for in, in three groups, within which videos are weighed or sampled. */
interface Query {
  readonly name: string;
  readonly groups: readonly { readonly positive: boolean; readonly clips: readonly Scored[] }[];
}

interface Scored {
  readonly video: string;
  readonly score: number;
}

/**
 * RareAct's mWAP (Miech et al. 2020, `compute_score.py`): the mean over actions of average precision among the clips that
 * show it, those that were checked for it and show it not or in part, and those that show another action. Clips of one
 * video share a weight of one among those that show the action, among those that share verb or noun, and among the
 * rest. From 0 to 1.
 *
 * @throws UserError for no clips, scores that are not finite or not as many in each, class ids without a score, and where
 * no clip shows its action
 */
export function meanWeightedAveragePrecision(clips: readonly RareActClip[]): RareActScore {
  return scoreOf(queriesOf('mWAP', clips), ({ groups }) =>
    averagePrecision(groups.flatMap(({ positive, clips: own }) => weighed(own, positive))),
  );
}

/**
 * RareAct's mSAP: as mWAP, but instead of weights one clip of each video in each group is drawn, and the score is the mean
 * over draws. Where no video has two clips in a group it equals mWAP.
 *
 * @param options `samples`: draws, default 100 as in the original. `seed`: a whole number, default 0; the original's draws
 * have none, so its scores differ from run to run.
 * @throws UserError as `meanWeightedAveragePrecision`, and for samples that are no whole number from 1
 */
export function meanSampledAveragePrecision(
  clips: readonly RareActClip[],
  options: { readonly samples?: number; readonly seed?: number } = {},
): RareActScore {
  const { samples = 100, seed = 0 } = options;
  checkArgument('the options of mSAP', OPTIONS, options);
  const random = xoroshiro128plus(seed);
  const draw = (clips: readonly Scored[]) => clips[uniformInt(random, 0, clips.length - 1)];
  return scoreOf(queriesOf('mSAP', clips), ({ groups }) =>
    mean(
      Array.from({ length: samples }, () =>
        averagePrecision(
          groups.flatMap(({ positive, clips: own }) =>
            [...byVideo(own).values()].flatMap((ofVideo) => {
              const drawn = draw(ofVideo);
              return drawn === undefined ? [] : [{ score: drawn.score, positive }];
            }),
          ),
        ),
      ),
    ),
  );
}

function scoreOf(queries: readonly Query[], of: (query: Query) => number): RareActScore {
  const scores = new Map(queries.map((query) => [query.name, of(query)]));
  return { score: mean([...scores.values()]), scores };
}

/** The actions that any clip shows, with the clips among which each is to be found. */
function queriesOf(metric: string, clips: readonly RareActClip[]): readonly Query[] {
  checkArgument(`the list of clips of ${metric}`, CLIPS, clips);
  const actions = new Map<string, RareActClip>();
  for (const [index, clip] of clips.entries()) {
    if (clip.scores.length !== clips[0]?.scores.length) {
      throw new UserError(
        `item ${index} of ${metric} has ${clip.scores.length} scores where the first has ${clips[0]?.scores.length}: pass one for each class.`,
      );
    }
    if (clip.scores[clip.classId] === undefined) {
      throw new UserError(
        `item ${index} of ${metric} is of class ${clip.classId}, which has no score: pass a score for each class, from 0.`,
      );
    }
    const name = nameOf(clip);
    if (!actions.has(name)) actions.set(name, clip);
  }
  const queries = [...actions].flatMap(([name, action]) => {
    const of = (belongs: (clip: RareActClip) => boolean): Scored[] =>
      clips
        .filter(belongs)
        .map(({ video, scores }) => ({ video, score: scores[action.classId] ?? Number.NaN }));
    const own = (clip: RareActClip) => nameOf(clip) === name;
    const shown = of((clip) => own(clip) && clip.annotation === 1);
    const shared = of((clip) =>
      own(clip) ? clip.annotation > 1 : clip.annotation === 1 && alike(clip, action),
    );
    const rest = of((clip) =>
      own(clip) ? clip.annotation === 0 : clip.annotation === 1 && !alike(clip, action),
    );
    if (shown.length === 0) return [];
    return [
      {
        name,
        groups: [
          { positive: true, clips: shown },
          { positive: false, clips: rest },
          { positive: false, clips: shared },
        ],
      },
    ];
  });
  if (queries.length === 0) {
    throw new UserError(`no clip of ${metric} shows its action (annotation 1): pass at least one that does.`);
  }
  return queries;
}

function nameOf({ verb, noun }: RareActClip): string {
  return `${verb} ${noun}`;
}

/** True for another action of the same verb, or of the same noun. */
function alike(clip: RareActClip, action: RareActClip): boolean {
  return (clip.verb === action.verb) !== (clip.noun === action.noun);
}

function weighed(clips: readonly Scored[], positive: boolean): WeightedItem[] {
  const videos = byVideo(clips);
  return clips.map(({ video, score }) => ({
    score,
    positive,
    weight: 1 / (videos.get(video)?.length ?? 1),
  }));
}

function byVideo(clips: readonly Scored[]): ReadonlyMap<string, readonly Scored[]> {
  const videos = new Map<string, Scored[]>();
  for (const clip of clips) {
    const known = videos.get(clip.video);
    if (known === undefined) videos.set(clip.video, [clip]);
    else known.push(clip);
  }
  return videos;
}
