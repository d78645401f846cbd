import { stat } from 'node:fs/promises';
import { Option } from 'commander';
import { UserError } from '../../artifact/user-error.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { type CliCommand, type CommandContext, numberAbove } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { VerifiedFolder } from '../verify/golden/verify-folder.ts';
import { blockJson, blockPassed, printBlocks } from '../verify/print-blocks.ts';
import { caseJson, casePassed, printCases } from '../verify/print-cases.ts';
import type { VerifiedFile } from '../verify/verify-file.ts';
import { WrongUse } from '../wrong-use.ts';

interface VerifyFlags {
  readonly fusion: 'on' | 'off';
  readonly gradients?: true;
  readonly tolerance?: number;
  readonly json?: true;
}

/** What came of one reference: its comparison, or why there is none. */
type Outcome<Verified> =
  | { readonly verified: Verified }
  | { readonly problem: string; readonly code: ExitCode };

/** How far log-probabilities of whole models may be off, as a share of the largest. */
const MODEL_TOLERANCE = 1e-4;

export const command: CliCommand = {
  name: 'verify',
  summary:
    "Compare compiled blocks, or whole models, with another implementation's stored weights, inputs and outputs.",
  examples: [
    'flamingo verify resampler.safetensors',
    'flamingo verify references/*.safetensors --fusion off',
    'flamingo verify references/*.safetensors --gradients',
    'flamingo verify my-golden-reference/   # a whole model: case.json, its files, expected.safetensors',
    'flamingo verify golden-references/ --tolerance 1e-3 --json   # all those in a folder',
  ],
  configure(command, run) {
    command
      .argument(
        '<reference...>',
        'safetensors files with weights.*, input.* and output.*, and the module in the metadata; or folders of whole models with case.json and expected.safetensors, or folders of such folders',
      )
      .addOption(new Option('--fusion <switch>', 'use fused operators').choices(['on', 'off']).default('on'))
      .option('--gradients', "compare gradients too, with the files' cotangent.* and gradient.*")
      .option(
        '--tolerance <share>',
        `the largest difference that passes, as a share of the largest expected value (default: ${MODEL_TOLERANCE}; what half precisions round away where blocks are stored in them)`,
        numberAbove(0, 1),
      )
      .option('--json', 'print the result as JSON')
      .action((references: readonly string[], flags: VerifyFlags) =>
        run((context) => verify(references, flags, context)),
      );
  },
};

async function verify(
  references: readonly string[],
  flags: VerifyFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { report, signal } = context;
  const { fusion, gradients = false, tolerance } = flags;
  const options = { fusion: fusion === 'on', ...(tolerance !== undefined && { tolerance }) };
  const files: (Outcome<VerifiedFile> & { readonly file: string })[] = [];
  const cases: (Outcome<VerifiedFolder> & { readonly folder: string })[] = [];
  for (const reference of references) {
    if (!(await isFolder(reference))) {
      signal.throwIfAborted();
      const { verifyFile } = await import('../verify/verify-file.ts');
      files.push({
        file: reference,
        ...(await outcomeOf(reference, () => verifyFile(reference, { ...options, gradients }))),
      });
      continue;
    }
    if (gradients)
      throw new WrongUse(
        `--gradients compares blocks, and ${reference} is a folder of whole models; leave out one of them.`,
      );
    const [{ findCases }, { verifyFolder }] = await Promise.all([
      import('../verify/golden/find-cases.ts'),
      import('../verify/golden/verify-folder.ts'),
    ]);
    const found = await outcomeOf(reference, () => findCases(reference));
    if ('problem' in found) cases.push({ folder: reference, ...found });
    else {
      for (const folder of found.verified) {
        signal.throwIfAborted();
        const waiting = report.waiting(`Verifying ${folder}`);
        const work = () => verifyFolder(folder, { tolerance: MODEL_TOLERANCE, ...options, signal });
        cases.push({ folder, ...(await outcomeOf(folder, work).finally(waiting.stop)) });
      }
    }
    signal.throwIfAborted();
  }
  if (flags.json) printJson(files.map(blockJson), cases.map(caseJson), report);
  else {
    printBlocks(files, report);
    printCases(cases, report);
    const passed = files.filter(blockPassed).length + cases.filter(casePassed).length;
    report.result(`${passed} of ${files.length + cases.length} verified`);
    for (const outcome of [...files, ...cases])
      if ('problem' in outcome) report.note(`${report.colour.err.red('error:')} ${outcome.problem}`);
  }
  const differs =
    files.some((outcome) => 'verified' in outcome && !blockPassed(outcome)) ||
    cases.some((outcome) => 'verified' in outcome && !casePassed(outcome));
  if (differs) return EXIT.no;
  const codes = [...files, ...cases].map((outcome) => ('problem' in outcome ? outcome.code : EXIT.ok));
  return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/** A reference that cannot be verified does not keep the others from it. */
async function outcomeOf<Verified>(
  reference: string,
  work: () => Promise<Verified>,
): Promise<Outcome<Verified>> {
  try {
    return { verified: await work() };
  } catch (error) {
    const isInput = error instanceof UserError || error instanceof ModelError;
    const problem = error instanceof Error ? error.message : String(error);
    const described = isInput ? problem : `${reference}: ${problem.split('\n', 1)[0]} (a fault of flamingo)`;
    return { problem: described, code: isInput ? EXIT.badInput : EXIT.fault };
  }
}

function printJson(
  files: readonly BlockJson[],
  cases: readonly CaseJson[],
  { result }: CommandContext['report'],
): void {
  // JSON has no word for NaN and infinity, which matter here.
  const spell = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  const passed = [...files, ...cases].every((each) => each.passed);
  result(JSON.stringify({ passed, files, cases }, spell, 2));
}

type BlockJson = ReturnType<typeof blockJson>;
type CaseJson = ReturnType<typeof caseJson>;
