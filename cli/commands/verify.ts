import { Option } from 'commander';
import { UserError } from '../../artifact/user-error.ts';
import { ModelError } from '../../dsl/model-error.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import type { Report } from '../report.ts';
import type { VerifiedFile } from '../verify/verify-file.ts';

interface VerifyFlags {
  readonly fusion: 'on' | 'off';
  readonly gradients?: true;
  readonly json?: true;
}

/** What came of one file: its comparison, or why there is none. */
type Outcome = { readonly file: string } & (
  | { readonly verified: VerifiedFile }
  | { readonly problem: string; readonly code: ExitCode }
);

export const command: CliCommand = {
  name: 'verify',
  summary: "Compare compiled blocks with another implementation's stored weights, inputs and outputs.",
  examples: [
    'flamingo verify resampler.safetensors',
    'flamingo verify references/*.safetensors --fusion off',
    'flamingo verify references/*.safetensors --gradients',
    'flamingo verify references/*.safetensors --json',
  ],
  configure(command, run) {
    command
      .argument(
        '<reference...>',
        'safetensors files with weights.*, input.* and output.*, and the module in the metadata',
      )
      .addOption(new Option('--fusion <switch>', 'use fused operators').choices(['on', 'off']).default('on'))
      .option('--gradients', "compare gradients too, with the files' cotangent.* and gradient.*")
      .option('--json', 'print the result as JSON')
      .action((files: readonly string[], flags: VerifyFlags) =>
        run((context) => verify(files, flags, context)),
      );
  },
};

async function verify(
  files: readonly string[],
  flags: VerifyFlags,
  { report, signal }: CommandContext,
): Promise<ExitCode> {
  const { verifyFile } = await import('../verify/verify-file.ts');
  const options = { fusion: flags.fusion === 'on', gradients: flags.gradients === true };
  const outcomes: Outcome[] = [];
  for (const file of files) {
    signal.throwIfAborted();
    try {
      outcomes.push({ file, verified: await verifyFile(file, options) });
    } catch (error) {
      // A file that cannot be verified does not keep the others from it.
      const isInput = error instanceof UserError || error instanceof ModelError;
      const problem = error instanceof Error ? error.message : String(error);
      const described = isInput ? problem : `${file}: ${problem.split('\n', 1)[0]} (a fault of flamingo)`;
      outcomes.push({ file, problem: described, code: isInput ? EXIT.badInput : EXIT.fault });
    }
  }
  if (flags.json) printJson(outcomes, report);
  else printTable(outcomes, report);
  if (outcomes.some((outcome) => 'verified' in outcome && !passed(outcome.verified))) return EXIT.no;
  const codes = outcomes.map((outcome) => ('problem' in outcome ? outcome.code : EXIT.ok));
  return codes.find((code) => code !== EXIT.ok) ?? EXIT.ok;
}

function passed({ tensors }: VerifiedFile): boolean {
  return tensors.every((tensor) => tensor.passed);
}

function printTable(outcomes: readonly Outcome[], { result, table, note, colour }: Report): void {
  const { green, red } = colour.out;
  const rows = outcomes.flatMap((outcome) =>
    'problem' in outcome
      ? []
      : outcome.verified.tensors.map(({ name, largestError, tolerance, passed }) => [
          outcome.file,
          name,
          largestError.toExponential(2),
          tolerance.toExponential(2),
          passed ? green('✓') : red('✗ over'),
        ]),
  );
  if (rows.length > 0) table(['file', 'tensor', 'largest error', 'tolerance', ''], rows);
  const good = outcomes.filter((outcome) => 'verified' in outcome && passed(outcome.verified)).length;
  result(`${good} of ${outcomes.length} verified`);
  for (const outcome of outcomes)
    if ('problem' in outcome) note(`${colour.err.red('error:')} ${outcome.problem}`);
}

function printJson(outcomes: readonly Outcome[], { result }: Report): void {
  const files = outcomes.map((outcome) => {
    if ('problem' in outcome) return { file: outcome.file, passed: false, error: outcome.problem };
    const { module, tensors } = outcome.verified;
    return { file: outcome.file, module, passed: passed(outcome.verified), tensors };
  });
  // JSON has no word for NaN and infinity, which matter here.
  const spell = (_key: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
  result(JSON.stringify({ passed: files.every((file) => file.passed), files }, spell, 2));
}
