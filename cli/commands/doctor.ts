import { Option } from 'commander';
import { PROVIDERS, type Provider } from '../../artifact/provider.ts';
import type { CliCommand, CommandContext } from '../command.ts';
import { type Finding, providerWords } from '../doctor/finding.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';

interface DoctorFlags {
  readonly provider?: Provider;
  readonly json?: true;
  readonly try?: Provider;
}

export const command: CliCommand = {
  name: 'doctor',
  summary: 'Say what is installed, which providers run, what is missing, and what helps.',
  examples: ['flamingo doctor', 'flamingo doctor --provider cuda && echo ready', 'flamingo doctor --json'],
  configure(command, run) {
    command
      .addOption(
        new Option('--provider <name>', 'exit with 1 unless this provider runs').choices([...PROVIDERS]),
      )
      .option('--json', 'print the result as JSON')
      // What this command calls itself with, in a process of its own.
      .addOption(new Option('--try <provider>').choices([...PROVIDERS]).hideHelp())
      .action((flags: DoctorFlags) => run((context) => doctor(flags, context)));
  },
};

async function doctor(flags: DoctorFlags, { report, signal }: CommandContext): Promise<ExitCode> {
  if (flags.try !== undefined) {
    const { trial } = await import('../doctor/try-provider.ts');
    report.result(JSON.stringify(await trial(flags.try)));
    return EXIT.ok;
  }
  const { diagnose } = await import('../doctor/diagnose.ts');
  const waiting = report.waiting('Trying the providers');
  const findings = await diagnose(signal).finally(() => waiting.stop());
  if (flags.json) report.result(JSON.stringify({ findings }, undefined, 2));
  else print(findings, report);
  return isWell(findings, flags.provider) ? EXIT.ok : EXIT.no;
}

/** What only another provider wants is not missed; of the one that is asked for, that it runs is all. */
function isWell(findings: readonly Finding[], provider: Provider = 'cpu'): boolean {
  return findings.every(
    ({ what, state, provider: whose }) =>
      state === 'ok' || (whose !== undefined && what !== providerWords(provider)),
  );
}

function print(findings: readonly Finding[], report: CommandContext['report']): void {
  const { green, yellow, red, bold } = report.colour.out;
  const word = { ok: green('ok'), missing: yellow('missing'), wrong: red('wrong') } as const;
  report.table(
    ['', '', ''],
    findings.map(({ what, state, found }) => [what, word[state], found]),
  );
  const helps = findings.filter(({ helps }) => helps.length > 0);
  if (helps.length > 0) report.result(`\n${bold('What helps')}`);
  for (const { what, helps: lines } of helps)
    report.result([`${what}:`, ...lines.map((line) => `  ${line}`)].join('\n'));
}
