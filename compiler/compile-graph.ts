import { type Graph, parametersOf } from '../dsl/graph.ts';
import { nameParameters } from '../dsl/naming.ts';
import type { Precision } from '../dsl/precision.ts';
import type { Operation } from '../dsl/tensor.ts';
import type { Rule } from './fusion/rule.ts';
import { type AuthorName, lowerGraph } from './onnx/lower.ts';
import type { OnnxGraph } from './onnx/onnx-graph.ts';
import { type PipelineReport, pipeline } from './passes/pipeline.ts';
import type { Blockwise } from './passes/quantise.ts';
import { isStored } from './stored-parameter.ts';
import type { CompilerTarget } from './target/compiler-target.ts';
import { targetOf } from './target/target.ts';

export interface GraphOptions {
  /** A target, or the name of one of this project's. Default `cpu`. */
  readonly target?: string | CompilerTarget;
  /** Fusion rules. Default: this project's. */
  readonly rules?: readonly Rule[];
  /** Default true: use fused operators. False gives the same model in plain ONNX operators. */
  readonly fusion?: boolean;
  /** How weights are kept that the author has not marked. Default: in what the target computes in. */
  readonly precision?: Precision;
  /** Whether the author's marks of precision are heeded. Default true. */
  readonly marks?: boolean;
  /** Weights that are in int8 in blocks, though the target has it by rows: by their names, or all. Default none. */
  readonly blockwise?: Blockwise;
  /** The program's other graphs: what they read not as a product alone is not quantised here either. Default none. */
  readonly others?: readonly Graph[];
  /** Whether products of one value with several quantised weights may become one (`packProducts`). Default true. */
  readonly pack?: boolean;
  /** Default: the target's own; float32 where that is the precision. */
  readonly computes?: 'float32' | 'float16';
  /** Whether every pass is checked to leave a whole graph. Default false. */
  readonly verify?: boolean;
  /** A fusion rule by its name, of which the report is to say where it nearly applied. Default none. */
  readonly explain?: string;
  /** Names that no value of the lowered graph may take, besides those of its inputs and outputs. Default none. */
  readonly reserved?: readonly string[];
  /** The author's names for the values of the optimised graph: the front end's `authorNames`. */
  readonly nameOf?: (graph: Graph) => (operation: Operation) => AuthorName | undefined;
}

export interface CompiledGraph {
  readonly onnx: OnnxGraph;
  /** The graph as it was lowered. */
  readonly optimised: Graph;
  /** What every pass and fusion rule did. */
  readonly report: PipelineReport;
}

/**
 * Optimises one graph for a target and lowers it to ONNX nodes; nothing is read or written. A graph that is no
 * program's, nor placed by a `nameParameters`, gets names for its parameters: `parameter.0`, `parameter.1`, ….
 */
export function compileGraph(graph: Graph, options: GraphOptions = {}): CompiledGraph {
  const { fusion = true } = options;
  const target = targetOf(options.target ?? 'cpu');
  const { graph: optimised, report } = pipeline(placed(graph), {
    target,
    fusion,
    ...(options.rules && { rules: options.rules }),
    ...(options.precision && { precision: options.precision }),
    ...(options.marks !== undefined && { marks: options.marks }),
    ...(options.blockwise && { blockwise: options.blockwise }),
    ...(options.others && { others: options.others }),
    ...(options.pack !== undefined && { pack: options.pack }),
    ...(options.computes && { computes: options.computes }),
    ...(options.verify !== undefined && { verify: options.verify }),
    ...(options.explain !== undefined && { explain: options.explain }),
  });
  const onnx = lowerGraph(optimised, {
    target,
    fusion,
    ...(options.reserved && { reserved: options.reserved }),
    ...(options.nameOf === undefined ? {} : { nameOf: options.nameOf(optimised) }),
  });
  return { onnx, optimised, report };
}

function placed(graph: Graph): Graph {
  const parameters = parametersOf(graph);
  if (parameters.every(({ source }) => isStored(source.parameter))) return graph;
  return nameParameters({ parameter: parameters }).place(graph);
}
