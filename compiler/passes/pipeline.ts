import { type Graph, operatorCounts } from '../../dsl/graph.ts';
import type { Precision } from '../../dsl/precision.ts';
import type { Target } from '../../dsl/target.ts';
import { RuleExplainer, type RuleExplanation } from '../fusion/explain-rule.ts';
import type { Refusal } from '../fusion/find-matches.ts';
import { type FuseOptions, fuse } from '../fusion/fuse.ts';
import { fusionRules } from '../fusion/load-rules.ts';
import type { Rule } from '../fusion/rule.ts';
import { verifyGraph } from '../graph/verify-graph.ts';
import { cancelReshapes } from './cancel-reshapes.ts';
import { constantsLast } from './constants-last.ts';
import { decompose } from './decompose.ts';
import { foldConstants } from './fold-constants.ts';
import { halfPrecision } from './half-precision.ts';
import { mergeDuplicates } from './merge-duplicates.ts';
import { packProducts } from './pack-products.ts';
import { type Blockwise, quantise } from './quantise.ts';
import { splitHeadsOnce } from './split-heads-once.ts';

export interface PipelineOptions {
  readonly target: Target;
  /** Default: this project's. */
  readonly rules?: readonly Rule[];
  /** Whether ONNX Runtime's own operators may be used. Default true; without them the same model is written in plain ONNX. */
  readonly fusion?: boolean;
  /** How weights are kept that the author has not marked. Default: in what the target computes in. */
  readonly precision?: Precision;
  /** Whether the author's marks are heeded. Default true; what is trained is not quantised, whatever its mark. */
  readonly marks?: boolean;
  /** Weights that are in int8 in blocks, though the target has it by rows. Default none. */
  readonly blockwise?: Blockwise;
  /** The program's other graphs: what they read not as a product alone is not quantised here either. Default none. */
  readonly others?: readonly Graph[];
  /** Whether products of one value with several quantised weights may become one (`packProducts`). Default true. */
  readonly pack?: boolean;
  /** Default: the target's own; float32 where that is the precision. */
  readonly computes?: 'float32' | 'float16';
  /** Whether every pass is checked to leave a whole graph (`verifyGraph`). Default false. */
  readonly verify?: boolean;
  /** A fusion rule by its name, of which the report is to say where it nearly applied. Default none. */
  readonly explain?: string;
}

export interface PipelineReport {
  /** Operators of the graph as the author wrote it, and as it is lowered, most frequent first. */
  readonly before: ReadonlyMap<string, number>;
  readonly after: ReadonlyMap<string, number>;
  /** Operations before and after each pass, in order. */
  readonly passes: readonly PassReport[];
  /** How often each fusion rule applied; every rule is named. Empty when fusion is off. */
  readonly fusions: ReadonlyMap<string, number>;
  /** Rules that matched where an operator then refused the inputs: each lacks a condition. Empty in a good house. */
  readonly refusals: readonly Refusal[];
  /** Of the rule that `explain` names: why it did not apply where it nearly did. */
  readonly explanation: RuleExplanation | undefined;
}

interface PassReport {
  readonly pass: string;
  readonly before: number;
  readonly after: number;
}

type Pass = readonly [name: string, pass: (graph: Graph) => Graph];

/** Turns the author's graph into the one that is lowered: every pass in its order. */
export function pipeline(graph: Graph, options: PipelineOptions): { graph: Graph; report: PipelineReport } {
  const { target, fusion = true, precision = options.target.computes, pack = true } = options;
  const computes = options.computes ?? (precision === 'float32' ? 'float32' : target.computes);
  let fusions: ReadonlyMap<string, number> = new Map();
  let refusals: readonly Refusal[] = [];
  let explanation: RuleExplanation | undefined;
  const applyRules = (each: Graph): Graph => {
    const { rules = fusionRules() } = options;
    const clean = (fused: Graph) => mergeDuplicates(cancelReshapes(fused));
    const explained = rules.find((rule) => rule.name === options.explain);
    const explainer = explained && new RuleExplainer(explained, target);
    const watch: FuseOptions['watch'] = (round, matches) => explainer?.watch(round, matches);
    const result = fuse(each, { rules, target, clean, watch });
    ({ counts: fusions, refusals } = result);
    explanation = explainer?.explanation();
    return result.graph;
  };

  const passes: readonly Pass[] = [
    ['fold constants', foldConstants],
    ['put constants last', constantsLast],
    ['merge duplicates', mergeDuplicates],
    ['cancel reshapes', cancelReshapes],
    ...(fusion ? [['fuse', applyRules] as const] : []),
    ['quantise', (each) => quantise(each, { ...options, precision })],
    ['decompose', (each) => decompose(each, { fusion })],
    ...(computes === 'float16' ? [['compute in half precision', halfPrecision] as const] : []),
    ...(pack ? [['pack products', packProducts] as const] : []),
    ...(target.capabilities.attentionOverCache ? [['split heads once', splitHeadsOnce] as const] : []),
    ['fold new constants', foldConstants],
    ['cancel new reshapes', cancelReshapes],
    ['merge new duplicates', mergeDuplicates],
  ];

  const reports: PassReport[] = [];
  const before = operatorCounts(graph);
  let counts = before;
  let current = graph;
  for (const [name, pass] of passes) {
    const operationsBefore = total(counts);
    const given = current;
    current = pass(given);
    if (options.verify === true) verifyGraph(current, given, name);
    counts = operatorCounts(current);
    reports.push({ pass: name, before: operationsBefore, after: total(counts) });
  }
  return {
    graph: current,
    report: { before, after: counts, passes: reports, fusions, refusals, explanation },
  };
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, count) => sum + count, 0);
}
