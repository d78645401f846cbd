import { describeCount, type Report } from '../report.ts';
import type { Differences, Pair } from './differences.ts';
import type { ComparedParameter } from './model-side.ts';

/** So many rows of a kind are shown to a person; `--json` has all. */
const MOST = 20;

/** Says what differs, a table for each kind. */
export function printDifferences(found: Differences, report: Report): void {
  const { names, same, built, facts, parameters, graphs, work } = found;
  if (same) {
    report.result(
      `${report.colour.out.green('✓')} ${names.a} and ${names.b} have the same parameters, graphs and facts`,
    );
    return;
  }
  const heads = names.a === names.b ? ['a', 'b'] : [`a: ${names.a}`, `b: ${names.b}`];
  const show = (title: string, rows: readonly (Pair<string> & { readonly name: string })[]) => {
    if (rows.length === 0) return;
    const shown = rows.slice(0, MOST).map(({ name, a, b }) => [name, a ?? '-', b ?? '-']);
    report.table([title, ...heads], shown);
    if (rows.length > MOST) report.result(`… and ${rows.length - MOST} more, which --json has`);
    report.result('');
  };
  const asText = <T>(rows: readonly (Pair<T> & { readonly name: string })[], text: (value: T) => string) =>
    rows.map(({ name, a, b }) => ({
      name,
      a: a === undefined ? undefined : text(a),
      b: b === undefined ? undefined : text(b),
    }));
  show('built', asText(built, String));
  show(
    'fact',
    asText(facts, (value) => JSON.stringify(value)),
  );
  const { count, differing } = parameters;
  if (differing.length > 0) {
    const [first, second] = [count.a ?? 0, count.b ?? 0];
    report.result(
      first === second
        ? `${describeCount(first)} parameters in both`
        : `${describeCount(first)} parameters in a, ${describeCount(second)} in b`,
    );
  }
  show('parameter', asText(differing, describeParameter));
  for (const { graph, only, ports, operators, fusions } of graphs) {
    if (only !== undefined) report.result(`only ${only} has a ${graph} graph\n`);
    show(`${graph} graph`, ports);
    show(`${graph} operators`, asText(operators, String));
    show(`${graph} fusions`, asText(fusions, String));
  }
  show('multiply-adds', asText(work, describeCount));
}

function describeParameter({ shape, kept, trainable }: ComparedParameter): string {
  return `${kept} [${shape.join(', ')}]${trainable ? '' : ', frozen'}`;
}
