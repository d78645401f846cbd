import { z } from 'zod';
import { UserError } from '../../../artifact/user-error.ts';
import { misfitOf, misfitWords } from '../../arguments/misfit.ts';

const CONFIG = z.looseObject({
  model_type: z.string().optional(),
  id2label: z.record(z.string().regex(/^\d+$/), z.string().min(1)),
  problem_type: z.enum(['multi_label_classification', 'single_label_classification']).nullable().optional(),
  max_position_embeddings: z.int().min(8).optional(),
  pad_token_id: z.int().min(0).nullable().optional(),
});

/** What `config.json` says of a classifier of texts. */
export interface ClassifierConfig {
  /** In the order of the logits. */
  readonly labels: readonly string[];
  /** Whether a text can have several labels at once (sigmoid), or has exactly one (softmax). */
  readonly severalAtOnce: boolean;
  /** Most tokens of a text, those around it included. */
  readonly longest: number;
  readonly padding: number;
}

/** Positions that RoBERTa's embeddings of positions leave unused, and those made after it. */
const UNUSED_POSITIONS = 2;
const LIKE_ROBERTA = /roberta|camembert/;
const LONGEST = 512;

/** Reads a parsed `config.json` as transformers does. @throws UserError for what is no classifier's */
export function classifierConfig(json: unknown, path: string): ClassifierConfig {
  const parsed = CONFIG.safeParse(json);
  if (!parsed.success) {
    throw new UserError(
      `${path} is not a classifier's (${misfitWords(misfitOf(parsed.error, json))}): give the folder that transformers or optimum saved it to.`,
    );
  }
  const {
    id2label,
    model_type: family = '',
    problem_type: problem,
    max_position_embeddings: positions,
    pad_token_id: pad,
  } = parsed.data;
  const count = Object.keys(id2label).length;
  const labels = Array.from({ length: count }, (_, id) => id2label[id]).filter(
    (label) => label !== undefined,
  );
  if (labels.length !== count || count === 0) {
    throw new UserError(
      `${path} has ${count} labels under 'id2label', but not with the ids 0 to ${count - 1}.`,
    );
  }
  return {
    labels,
    // Without a word about it transformers takes one label for a sigmoid, and several for a softmax.
    severalAtOnce:
      problem === 'multi_label_classification' || (count === 1 && problem !== 'single_label_classification'),
    longest: Math.min(LONGEST, (positions ?? Infinity) - (LIKE_ROBERTA.test(family) ? UNUSED_POSITIONS : 0)),
    padding: pad ?? 0,
  };
}

/** Names of the label that says that a text is toxic at all, as published classifiers have them. */
const TOXIC = ['toxicity', 'toxic'];

/** @throws UserError where no label is called so, or none as the user says */
export function toxicLabel(labels: readonly string[], wanted: string | undefined, path: string): number {
  const names = wanted === undefined ? TOXIC : [wanted.toLowerCase()];
  const place = labels.findIndex((label) => names.includes(label.toLowerCase()));
  if (place >= 0) return place;
  const there = labels.map((label) => `'${label}'`).join(', ');
  throw new UserError(
    wanted === undefined
      ? `${path} has no label 'toxicity' or 'toxic' (it has ${there}): say by --toxic-label which of them stands for it.`
      : `${path} has no label '${wanted}' (it has ${there}).`,
  );
}
