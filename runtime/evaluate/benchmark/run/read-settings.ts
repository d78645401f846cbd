import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../../../artifact/parse-json.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { misfitOf, misfitWords } from '../../../arguments/misfit.ts';
import { RUN_FILES } from './run-files.ts';
import { SETTINGS, type Settings } from './settings.ts';

/** The settings of the run in a folder. @throws UserError where there is none */
export async function readSettings(folder: string): Promise<Settings> {
  const path = join(folder, RUN_FILES.run);
  let json: unknown;
  try {
    json = parseJson(await readFile(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`${folder} holds no run (${reason}): give the --out of an evaluation.`);
  }
  const parsed = SETTINGS.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new UserError(
    `${path} is not as a run writes it (${misfitWords(misfitOf(parsed.error, json))}): give the --out of an evaluation of this release.`,
  );
}
