import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { makeTemporaryFolder } from '../../../artifact/folder/temporary-folder.ts';
import type { Provider } from '../../../artifact/provider.ts';
import { UserError } from '../../../artifact/user-error.ts';
import {
  compareWithReference,
  type GoldenComparison,
  type GoldenOptions,
} from '../../../runtime/golden/compare-with-reference.ts';
import { modulesOf } from '../../../runtime/media/own-ways.ts';
import { Engine } from '../../../runtime/worker/engine.ts';
import { EXIT } from '../../exit-codes.ts';
import { projectWays } from '../../project-ways.ts';
import { type CaseFile, type CaseOutputs, readCaseFile } from './case-file.ts';
import { commandLine } from './command-line.ts';
import { readExpected } from './expected-file.ts';

/** What came of a golden reference of a whole model. */
export interface VerifiedFolder {
  readonly folder: string;
  readonly name: string;
  /** The refusal, where the model was not compiled and that is right. */
  readonly refused?: string;
  /** Undefined where the model was not compiled. */
  readonly comparison?: GoldenComparison;
  /** Whether the command line's own answer was compared. */
  readonly ran: boolean;
  /** What compiling said, and what of the folder was not compared. */
  readonly notes: readonly string[];
  /** Everything that is not as in the reference, a sentence each. */
  readonly problems: readonly string[];
}

export interface VerifyFolderOptions {
  readonly fusion: boolean;
  /** The largest difference that passes, as a share of the largest log-probability expected. */
  readonly tolerance: number;
  readonly signal: AbortSignal;
  /** Default `cpu`. */
  readonly provider?: Provider;
  /** What the model is compiled for; default: the provider's. */
  readonly target?: string;
  /** How its weights are kept, and on a target that computes in halves what it computes in. Default: as the case says. */
  readonly precision?: 'float32' | 'float16';
}

/**
 * Compiles the model of a golden reference into a temporary folder by the command line that its `case.json` gives,
 * and compares what it gives with what the original gave; `docs/golden-references.md` has the form.
 *
 * @throws UserError for a folder that is no golden reference, or not a whole one; the signal's reason when aborted
 */
export async function verifyFolder(path: string, options: VerifyFolderOptions): Promise<VerifiedFolder> {
  const folder = resolve(path);
  const given = await readCaseFile(folder);
  const temporary = await makeTemporaryFolder('verify');
  try {
    return { ...(await verifyIn(temporary, given, options)), folder: path, name: given.name };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

async function verifyIn(
  temporary: string,
  given: CaseFile,
  { fusion, tolerance, signal, provider = 'cpu', target = provider, precision }: VerifyFolderOptions,
): Promise<Omit<VerifiedFolder, 'folder' | 'name'>> {
  // Read first: what is wrong with the reference is said before anything is compiled.
  const reference = given.outputs && (await readExpected(given.folder, given.outputs));
  const artifact = join(temporary, 'artifact');
  const switches = [
    ...(fusion ? [] : ['--fusion', 'off']),
    ...(target === 'cpu' ? [] : ['--target', target]),
    ...(precision === undefined || given.compile.includes('--precision') ? [] : ['--precision', precision]),
  ];
  const words = ['compile', ...given.compile, ...switches, '--out', artifact];
  const { code, stderr } = await commandLine(given.folder, words, signal);
  const said = stderr.trim();
  if (code !== EXIT.ok) return { ran: false, ...refusal(given, code, said) };
  const notes = [...given.notes, ...said.split('\n').filter((line) => line !== '')];
  if (reference === undefined || given.outputs === undefined)
    return {
      ran: false,
      notes,
      problems: [`it was compiled, though a refusal like ${given.refusal} was expected`],
    };
  const ways = modulesOf(await projectWays(artifact, given.folder));
  const comparison = await compared(artifact, reference, { ways, provider }, { tolerance, signal });
  const answer = await answerProblems(given, given.outputs.cli, { artifact, provider }, signal);
  return {
    comparison,
    ran: answer !== undefined,
    notes,
    problems: [...comparison.problems, ...(answer ?? [])],
  };
}

/** Whether a model that was not compiled was refused for the right reason. */
function refusal(
  { refusal, notes }: CaseFile,
  code: number | null,
  said: string,
): Pick<VerifiedFolder, 'refused' | 'notes' | 'problems'> {
  if (code !== EXIT.badInput && code !== EXIT.wrongUse)
    return { notes, problems: [`compiling failed (exit code ${code}): ${said}`] };
  // What was noted before is not why.
  const reason = said.replace(/^[\s\S]*?(?=^error: )/m, '');
  if (refusal === null) return { notes, problems: [`it was refused: ${reason}`] };
  if (!refusal.test(said))
    return { notes, problems: [`it was refused, but not by a sentence like ${refusal}: ${reason}`] };
  return { notes, refused: reason, problems: [] };
}

async function compared(
  artifact: string,
  reference: Parameters<typeof compareWithReference>[1],
  how: { readonly ways: readonly string[]; readonly provider: Provider },
  options: GoldenOptions,
): Promise<GoldenComparison> {
  let engine: Engine | undefined;
  try {
    engine = await Engine.open({ directory: artifact, verify: true, imageMemory: 0, threads: 1, ...how });
    return await compareWithReference(engine, reference, options);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { greedyTokens: 0, beams: 0, problems: [error.message] };
  } finally {
    await engine?.close();
  }
}

/** Compares the command line's own answer; undefined where the case has none. */
async function answerProblems(
  { folder }: CaseFile,
  cli: CaseOutputs['cli'],
  { artifact, provider }: { readonly artifact: string; readonly provider: Provider },
  signal: AbortSignal,
): Promise<string[] | undefined> {
  if (cli === undefined || cli === null) return undefined;
  const how = ['--json', '--max-new-tokens', `${ANSWER_TOKENS}`, '--provider', provider];
  const words = ['run', artifact, ...cli.args, ...how];
  const { code, stdout, stderr } = await commandLine(folder, words, signal);
  if (code !== EXIT.ok) return [`flamingo run failed (exit code ${code}): ${stderr.trim()}`];
  const { text }: { readonly text: string } = JSON.parse(stdout);
  if (text === cli.text) return [];
  return [`flamingo run answers ${JSON.stringify(text)} instead of ${JSON.stringify(cli.text)}`];
}

/** Tokens that `flamingo run` may answer with. */
const ANSWER_TOKENS = 20;
