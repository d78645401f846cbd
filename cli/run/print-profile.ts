import type { CpuNode, ModelProfile } from '../../runtime/profile/placement.ts';
import { timesByOperator } from '../../runtime/profile/placement.ts';
import type { PhaseProfile } from '../../runtime/profile/profile.ts';
import type { Report } from '../report.ts';

/** Operators of a phase that are printed. */
const SHOWN = 8;

/** What ran where, as people read it: the phases, their longest operators, and what fell to the CPU. */
export function printProfile(profile: ModelProfile, report: Report): void {
  const { provider, phases, onCpu } = profile;
  const { bold } = report.colour.out;
  report.result(`\n${bold('What ran where')}`);
  report.table(
    ['phase', 'runs', 'time', 'nodes', 'where', 'copies'],
    phases.map((phase) => [
      phase.phase,
      String(phase.runs),
      milliseconds(phase.milliseconds),
      String(phase.nodes.length),
      whereOf(phase),
      String(phase.nodes.filter(({ operator }) => COPY.test(operator)).length),
    ]),
  );
  for (const phase of phases) printOperators(phase, report);
  if (provider === 'cpu') return;
  report.note(
    "Times are the processor's: a device goes on with a node when the next one is started, and what waits for it shows its time.",
  );
  const known = onCpu.filter(({ reason }) => reason !== null);
  if (known.length > 0) {
    report.result(`\n${bold('On the CPU, as the model was compiled')}`);
    report.table(
      ['phase', 'node', 'time', 'why'],
      known.map(({ phase, node, operator, milliseconds: time, reason }) => [
        ...[phase, `${node} (${operator})`, milliseconds(time), reason ?? ''],
      ]),
    );
  }
  const warning = unexpectedWarning(profile);
  if (warning !== undefined) report.note(`${report.colour.err.yellow('warning')}: ${warning}`);
}

/** A sentence on nodes that ran on the CPU though the target's table has kernels for them; undefined where there are none. */
export function unexpectedWarning({ provider, onCpu }: ModelProfile): string | undefined {
  const unexpected = onCpu.filter(({ reason }) => reason === null);
  if (unexpected.length === 0) return undefined;
  const names = unexpected.slice(0, SHOWN).map(nameOf);
  const more = unexpected.length > SHOWN ? ` and ${unexpected.length - SHOWN} more` : '';
  return `${unexpected.length === 1 ? 'a node ran' : `${unexpected.length} nodes ran`} on the CPU though provider '${provider}' has kernels for them by the target's table: ${names.join(', ')}${more}; please report it, with the version of onnxruntime-node.`;
}

function nameOf({ phase, node, operator }: CpuNode): string {
  return `${node} (${operator}, ${phase})`;
}

function printOperators({ phase, nodes }: PhaseProfile, report: Report): void {
  const whole = nodes.reduce((sum, node) => sum + node.milliseconds, 0);
  const times = timesByOperator(nodes);
  report.result('');
  report.table(
    [phase, 'where', 'nodes', 'runs', 'time', 'share'],
    times
      .slice(0, SHOWN)
      .map((each) => [
        ...[each.operator, each.provider, String(each.nodes), String(each.runs)],
        milliseconds(each.milliseconds),
        share(each.milliseconds, whole),
      ]),
  );
  const rest = times.slice(SHOWN);
  if (rest.length === 0) return;
  const time = rest.reduce((sum, each) => sum + each.milliseconds, 0);
  report.result(`${rest.length} more operators: ${milliseconds(time)}, ${share(time, whole)}`);
}

const COPY = /^Memcpy/;

/** `CUDA 340, CPU 12` */
function whereOf({ nodes }: PhaseProfile): string {
  const counts = new Map<string, number>();
  for (const { provider } of nodes) counts.set(provider, (counts.get(provider) ?? 0) + 1);
  return [...counts]
    .sort((a, b) => b[1] - a[1])
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
}

function milliseconds(time: number): string {
  return `${time >= 100 ? time.toFixed(0) : time.toPrecision(3)} ms`;
}

function share(time: number, of: number): string {
  return `${(of === 0 ? 0 : (100 * time) / of).toFixed(0)} %`;
}
