import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { makeFolder } from '../../artifact/folder/make-folder.ts';
import { UserError } from '../../artifact/user-error.ts';
import { openSafetensors } from '../../artifact/weights/safetensors.ts';

/**
 * What a checkpoint says of itself in the header of its file.
 *
 * A file of another program may take a checkpoint's place, `checkpoints/step-00001200.safetensors`: float32 tensors
 * `parameters.NAME`, `first_moment.NAME` and `second_moment.NAME` for every learned parameter, and the number of steps
 * as `step` in the metadata. Nothing is known then of the recipe that led there, nor whether the values are whole.
 */
export interface CheckpointFacts {
  /** Steps that were made. */
  readonly step: number;
  /** Of the recipe, as `TrainingPlan.identity`; null in a file of another program. */
  readonly identity: Readonly<Record<string, string>> | null;
  /** Of the values, as `TrainingState.digest`; null in a file of another program. */
  readonly digest: string | null;
  /** The lowest evaluation loss so far, and the step that had it. */
  readonly best: { readonly step: number; readonly loss: number } | null;
}

const factsSchema = z.strictObject({
  step: z.number().int().nonnegative(),
  identity: z.record(z.string(), z.string()),
  digest: z.string(),
  best: z.strictObject({ step: z.number().int(), loss: z.number() }).nullable(),
});

/** The key of the header under which the facts stand. */
const KEY = 'flamingo-onnx checkpoint';
/** The last checkpoints are kept, and the one with the lowest evaluation loss beside them. */
const KEPT = 3;
const BEST = 'best.safetensors';
/** What to do about a checkpoint that cannot be gone on from. */
const REMEDY = 'delete it to resume from the one before';

/** The folder of a run's checkpoints. Each file appears whole or not at all. */
export class Checkpoints {
  constructor(readonly folder: string) {}

  /** Makes the folder, and clears it of what a killed run was writing. */
  async prepare(): Promise<void> {
    await makeFolder(this.folder);
    for (const name of await readdir(this.folder))
      if (name.endsWith('.partial')) await rm(join(this.folder, name), { force: true });
  }

  path(step: number): string {
    return join(this.folder, `step-${String(step).padStart(8, '0')}.safetensors`);
  }

  get best(): string {
    return join(this.folder, BEST);
  }

  /** The steps that have a checkpoint, ascending. */
  async steps(): Promise<readonly number[]> {
    const names = await readdir(this.folder).catch(() => []);
    return names
      .flatMap((name) => {
        const digits = /^step-(\d+)\.safetensors$/.exec(name)?.[1];
        return digits === undefined ? [] : [Number(digits)];
      })
      .sort((a, b) => a - b);
  }

  /** Removes all but the last few. */
  async prune(): Promise<void> {
    for (const step of (await this.steps()).slice(0, -KEPT)) await rm(this.path(step), { force: true });
  }
}

export function checkpointMetadata(facts: CheckpointFacts): Record<string, string> {
  return { [KEY]: JSON.stringify(facts) };
}

/**
 * Reads what a checkpoint says of itself.
 *
 * @throws UserError for a file that is damaged or no checkpoint
 */
export async function readCheckpointFacts(path: string): Promise<CheckpointFacts> {
  const file = await openSafetensors(path).catch((error: unknown) => {
    throw error instanceof UserError ? new UserError(error.message.replace(/\.$/, `; ${REMEDY}.`)) : error;
  });
  const text = file.metadata.get(KEY);
  const step = file.metadata.get('step');
  if (text === undefined && step !== undefined && /^\d{1,15}$/.test(step))
    return { step: Number(step), identity: null, digest: null, best: null };
  let json: unknown;
  try {
    json = JSON.parse(text ?? '');
  } catch {
    throw notOne(path);
  }
  const parsed = factsSchema.safeParse(json);
  if (!parsed.success) throw notOne(path);
  return parsed.data;
}

function notOne(path: string): UserError {
  return new UserError(
    `${path} is not a checkpoint of this program; ${REMEDY}, or train into another folder with --out.`,
  );
}

/**
 * Refuses to resume a run at another step than the checkpoint's, or with a recipe that would have led elsewhere.
 *
 * @param step of the file's name
 * @param wanted the recipe's
 * @throws UserError that names what changed
 */
export function checkIdentity(
  path: string,
  facts: CheckpointFacts,
  step: number,
  wanted: Readonly<Record<string, string>>,
): void {
  if (facts.step !== step) {
    throw new UserError(
      `${path} should have been written after ${step} steps, but it says ${facts.step}; give it that number for a name, or ${REMEDY}.`,
    );
  }
  const { identity } = facts;
  if (identity === null) return;
  const keys = [...new Set([...Object.keys(wanted), ...Object.keys(identity)])];
  const changed = keys.filter((key) => identity[key] !== wanted[key]);
  if (changed.length === 0) return;
  throw new UserError(
    `The recipe's ${changed.join(' and ')} changed since ${path} was written; train it into another folder with --out, or start anew with --restart.`,
  );
}
