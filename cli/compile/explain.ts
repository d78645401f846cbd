import type { CompiledGraph } from '../../compiler/compile-graph.ts';
import type { NearMiss, RuleExplanation } from '../../compiler/fusion/explain-rule.ts';
import { describeOperation, printGraph } from '../../compiler/graph/print-graph.ts';
import type { PipelineReport } from '../../compiler/passes/pipeline.ts';
import type { Report } from '../report.ts';
import type { CompileFlags } from './flags.ts';

/** What `--explain` and `--print` ask for, as part of `--json`. */
export function describeGraphs(
  graphs: ReadonlyMap<string, CompiledGraph>,
  { explain, print }: Pick<CompileFlags, 'explain' | 'print'>,
): object {
  const all = (of: (graph: CompiledGraph) => unknown) =>
    Object.fromEntries([...graphs].map(([name, graph]) => [name, of(graph)]));
  return {
    ...(explain !== undefined && { explained: all(({ report }) => describeReport(report)) }),
    ...(print && { printed: all(({ optimised }) => printGraph(optimised)) }),
  };
}

/** The same for a person. */
export function showGraphs(
  graphs: ReadonlyMap<string, CompiledGraph>,
  { explain, print }: Pick<CompileFlags, 'explain' | 'print'>,
  report: Report,
): void {
  for (const [name, graph] of graphs) {
    if (explain !== undefined) explainReport(name, graph.report, report);
    if (print) report.result(`\n${printGraph(graph.optimised)}`);
  }
}

function describeReport({ passes, fusions, explanation }: PipelineReport): object {
  return {
    passes,
    fusions: Object.fromEntries(fusions),
    ...(explanation && {
      explanation: {
        ...explanation,
        nearest: explanation.nearest.map(({ root, at, ...miss }) => ({
          ...miss,
          root: describeOperation(root),
          at: describeOperation(at),
        })),
      },
    }),
  };
}

function explainReport(
  name: string,
  { passes, fusions, explanation }: PipelineReport,
  { result, table }: Report,
): void {
  result('');
  table(
    [`${name}: pass`, 'operations before', 'after'],
    passes.map(({ pass, before, after }) => [pass, String(before), String(after)]),
  );
  const applied = [...fusions].filter(([, count]) => count > 0).sort(([, a], [, b]) => b - a);
  const idle = [...fusions].filter(([, count]) => count === 0).map(([rule]) => rule);
  if (fusions.size === 0) result('fusion is off');
  if (applied.length > 0)
    result(`rules that applied: ${applied.map(([rule, count]) => `${rule} ${count}`).join(', ')}`);
  if (idle.length > 0) result(`rules that did not: ${idle.join(', ')}`);
  if (explanation !== undefined)
    for (const line of explainRule(explanation, fusions.get(explanation.rule) ?? 0)) result(line);
}

function explainRule({ rule, lacking, nearest }: RuleExplanation, count: number): readonly string[] {
  const times = count === 0 ? 'applied nowhere' : `applied ${count === 1 ? 'once' : `${count} times`}`;
  if (lacking.length > 0)
    return [
      `rule '${rule}' ${times}: it is for targets with ${lacking.join(' and ')}, which this one is not`,
    ];
  if (nearest.length === 0) return [`rule '${rule}' ${times}; no operation is left that it could begin at`];
  const nearly = count === 0 ? 'where it came nearest' : 'elsewhere it came nearest';
  return [`rule '${rule}' ${times}; ${nearly}:`, ...nearest.map(describeMiss)];
}

function describeMiss({ fitted, size, root, at, expected, found, places }: NearMiss): string {
  const start = describeOperation(root);
  const where = at === root ? 'there' : `at ${describeOperation(at)}`;
  const many = places === 1 ? '' : `, as in ${places - 1} more places`;
  return `  ${fitted} of ${size} operations fit from ${start} on, but ${where} it wants ${expected.join(' or ')} and finds ${found}${many}`;
}
