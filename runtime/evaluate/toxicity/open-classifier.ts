import { stat } from 'node:fs/promises';
import { UserError } from '../../../artifact/user-error.ts';
import type { ClassifierOptions, ToxicityClassifier } from './classifier.ts';
import { ENGINES } from './engine-registry.ts';

/** Opens a classifier by what lies at a path. @throws UserError where no engine takes it */
export async function openClassifier(path: string, options: ClassifierOptions): Promise<ToxicityClassifier> {
  const takes = ENGINES.map((engine) => engine.takes).join('; or ');
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UserError(`${path} does not exist: give as --classifier ${takes}.`);
  for (const engine of ENGINES) {
    if (await engine.recognises(path)) return engine.open(path, options);
  }
  throw new UserError(`${path} is no classifier that is known here: give ${takes}.`);
}
