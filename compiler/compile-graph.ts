import { type Graph, parametersOf } from '../dsl/graph.ts';
import { nameParameters } from '../dsl/program/naming.ts';
import type { Operation } from '../dsl/tensor.ts';
import { type AuthorName, type LowerOptions, lowerGraph } from './onnx/lower.ts';
import type { OnnxGraph } from './onnx/onnx-graph.ts';
import { type PipelineOptions, type PipelineReport, pipeline } from './passes/pipeline.ts';
import { isStored } from './stored-parameter.ts';
import type { CompilerTarget } from './target/compiler-target.ts';
import { targetOf } from './target/target.ts';

export interface GraphOptions extends Omit<PipelineOptions, 'target'>, Pick<LowerOptions, 'reserved'> {
  /** A target, or the name of one of this project's. Default `cpu`. */
  readonly target?: string | CompilerTarget;
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
  const { fusion = true, reserved = [], nameOf } = options;
  const target = targetOf(options.target ?? 'cpu');
  const { graph: optimised, report } = pipeline(placed(graph), { ...options, target });
  const onnx = lowerGraph(optimised, {
    ...{ target, fusion, reserved },
    ...(nameOf && { nameOf: nameOf(optimised) }),
  });
  return { onnx, optimised, report };
}

function placed(graph: Graph): Graph {
  const parameters = parametersOf(graph);
  if (parameters.every(({ source }) => isStored(source.parameter))) return graph;
  return nameParameters({ parameter: parameters }).place(graph);
}
