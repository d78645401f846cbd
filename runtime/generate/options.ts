import { z } from 'zod';
import { UserError } from '../../artifact/user-error.ts';
import { checkArgument } from '../arguments/check-argument.ts';
import type { SpecialTokenIds } from '../tokenizer.ts';
import { LARGEST_SEED, MOST_BEAMS } from './bounds.ts';
import { BeamSearch } from './search/beam-search.ts';
import { type Processor, suppress, temper, topK, topP } from './search/processors.ts';
import { greedy, seededSampler } from './search/sampler.ts';
import type { Search } from './search/search.ts';
import { SingleSearch } from './search/single-search.ts';

type Common = {
  /** Most tokens of an answer, default 20. */
  readonly maxNewTokens?: number;
};

type Stopping = {
  /** Texts that end the answer and are no part of it. */
  readonly stop?: readonly string[];
};

/** The likeliest token at each step. */
export type GreedyOptions = Common &
  Stopping & {
    readonly beams?: 1;
    readonly lengthPenalty?: never;
    readonly temperature?: never;
    readonly topK?: never;
    readonly topP?: never;
    readonly seed?: never;
  };

/** Tokens drawn by their probability; any of these options asks for it. */
export type SamplingOptions = Common &
  Stopping & {
    /** Above 0, default 1. */
    readonly temperature?: number;
    /** Only the k likeliest tokens; default all. */
    readonly topK?: number;
    /** Only the likeliest tokens that together have probability p, above 0 and at most 1; default all. */
    readonly topP?: number;
    /** A 32-bit integer, default 0: the same seed gives the same answer. In a batch each prompt has the seed to itself. */
    readonly seed?: number;
    readonly beams?: never;
    readonly lengthPenalty?: never;
  };

/** The best of several answers that are followed side by side. */
export type BeamOptions = Common & {
  /** Answers followed; OpenFlamingo evaluates with 3. */
  readonly beams: number;
  /** Answers are ranked by sum of log-probabilities / length ** lengthPenalty. Default 0, as OpenFlamingo evaluates. */
  readonly lengthPenalty?: number;
  readonly stop?: never;
  readonly temperature?: never;
  readonly topK?: never;
  readonly topP?: never;
  readonly seed?: never;
};

/** How an answer is searched for; default: greedy. */
export type GenerateOptions = GreedyOptions | SamplingOptions | BeamOptions;

/** The least and the largest number of single precision. */
const [LEAST, LARGEST] = [2 ** -149, (2 - 2 ** -23) * 2 ** 127];

/** A number above 0 in single precision, as graphs have it: whatever writes an answer, the same seed gives the same tokens. */
function single(value: number): number {
  return Math.min(LARGEST, Math.max(LEAST, Math.fround(value)));
}

const schema = z.strictObject({
  maxNewTokens: z.number().int().min(1).default(20),
  beams: z.number().int().min(1).max(MOST_BEAMS).default(1),
  lengthPenalty: z.number().default(0),
  stop: z.array(z.string().min(1)).default([]),
  temperature: z.number().positive().transform(single).optional(),
  topK: z.number().int().min(1).optional(),
  topP: z.number().positive().max(1).transform(single).optional(),
  seed: z
    .number()
    .int()
    .min(-(2 ** 31))
    .max(LARGEST_SEED)
    .optional(),
});

/** Options with their defaults. */
export type GenerateSettings = z.infer<typeof schema>;

const SAMPLING = ['temperature', 'topK', 'topP', 'seed'] as const;

/** @throws UserError that names the option, for a value out of range, an unknown option, or ones that exclude each other. */
export function parseGenerateOptions(options: unknown): GenerateSettings {
  checkArgument('the options of generation', schema, options);
  const settings = schema.parse(options);
  if (settings.beams > 1) {
    const other = settings.stop.length > 0 ? 'stop' : SAMPLING.find((name) => settings[name] !== undefined);
    if (other !== undefined) {
      throw new UserError(
        `The options 'beams' and '${other}' were given together but beam search takes the best answer whole: leave one of them out.`,
      );
    }
  } else if (settings.lengthPenalty !== 0) {
    throw new UserError(
      "The option 'lengthPenalty' was given without beams but it ranks beams alone: set 'beams' above 1 or leave it out.",
    );
  }
  return settings;
}

/** Whether tokens are drawn: any of the options of sampling asks for it. */
export function samples(settings: GenerateSettings): boolean {
  return SAMPLING.some((name) => settings[name] !== undefined);
}

/** The tokens that end an answer, and those that are never chosen. */
export function tokensOf({
  image,
  padding,
  endOfChunk,
  end,
  eosTokens = [],
  suppressedTokens = [],
}: SpecialTokenIds): { readonly ends: ReadonlySet<number>; readonly never: readonly number[] } {
  const ends = new Set([endOfChunk, end, ...eosTokens].filter((token) => token !== null));
  const never = [...(image === null ? [] : [image]), padding, ...suppressedTokens].filter(
    (token) => !ends.has(token),
  );
  return { ends, never };
}

/**
 * The search that the options ask for, for one prompt. It never chooses `<image>`, which would stand for no image, nor
 * padding where that is a token of its own, nor what the model says that no answer has.
 *
 * @param onToken As `SingleSearch` has it; beam search has nothing to tell before its end.
 */
export function createSearch(
  settings: GenerateSettings,
  special: SpecialTokenIds,
  onToken?: (token: number, logProbability: number, last: boolean) => boolean,
): Search {
  const { maxNewTokens, beams, lengthPenalty, temperature, seed } = settings;
  const { ends, never } = tokensOf(special);
  const processors: Processor[] = [suppress(never)];
  if (beams > 1) return new BeamSearch({ beams, lengthPenalty, maxNewTokens, ends, processors });
  if (temperature !== undefined) processors.push(temper(temperature));
  if (settings.topK !== undefined) processors.push(topK(settings.topK));
  if (settings.topP !== undefined) processors.push(topP(settings.topP));
  const sampler = samples(settings) ? seededSampler(seed ?? 0, processors) : greedy(never);
  return new SingleSearch({ maxNewTokens, ends, sampler, ...(onToken && { onToken }) });
}
