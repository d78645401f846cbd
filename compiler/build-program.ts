import { GENERATE, GENERATE_FROM_PIXELS } from '../artifact/added-graphs/generation-contract.ts';
import { mediaWay } from '../artifact/media/index.ts';
import type { MediaWayDefinition } from '../artifact/media/way.ts';
import type { Stages } from '../artifact/stages.ts';
import { UserError } from '../artifact/user-error.ts';
import type { Dtype } from '../dsl/dtype.ts';
import type { Graph } from '../dsl/graph.ts';
import type { Precision } from '../dsl/precision.ts';
import type { Program, ProgramFacts } from '../dsl/program/program.ts';
import { cacheLengthOf } from './cache/cache-length.ts';
import { staticCacheNames, withStaticCache } from './cache/static-cache.ts';
import { checkProgram } from './check-program.ts';
import { type CompiledGraph, compileGraph, type GraphOptions } from './compile-graph.ts';
import { cacheGraphs } from './device-graphs/cache-graphs.ts';
import { mediaGraphs } from './device-graphs/media-graphs.ts';
import { checkedWays, type Extensions, rulesWith } from './extensions.ts';
import type { Rule } from './fusion/rule.ts';
import { generationFromPixels } from './generation/generation-from-pixels.ts';
import { generationGraph } from './generation/generation-graph.ts';
import type { OnnxGraph } from './onnx/onnx-graph.ts';
import { cutProgram } from './stages/cut-program.ts';
import { StoredOrder } from './stored-order.ts';
import { type StoredParameter, storedDtype } from './stored-parameter.ts';
import type { CompilerTarget } from './target/compiler-target.ts';
import { targetOf } from './target/target.ts';
import { workOf } from './work.ts';

export interface BuildOptions extends Pick<Extensions, 'targets' | 'operators' | 'rules' | 'ways'> {
  /** What to compile for: the name of a target (`cpu`, `cuda`, one of `targets`), or a target itself. Default `cpu`. */
  readonly target?: string | CompilerTarget;
  /** Default true. */
  readonly fusion?: boolean;
  /**
   * How weights are kept in parts that the author has not marked (`inPrecision`). Default: in what the target computes
   * in. `int8` and `int4` are for the weights of linear layers; the others stay in the default.
   */
  readonly precision?: Precision;
  /** Heed the author's marks. Default true; false is for a reference to compare with. */
  readonly marks?: boolean;
  /**
   * Weights that have in int8 a scale for every few numbers, which holds better where one value outweighs its row by
   * much and computes slower: by their names, or all. Default: none but those of which `compile` sees that they need it.
   */
  readonly blockwise?: GraphOptions['blockwise'];
  readonly nameOf?: GraphOptions['nameOf'];
  /**
   * Cut the language graph (of a program of one graph, that one) into so many graphs that run one after another, each
   * with about the same bytes of weights, so that each may be on a device of its own. Default 1: it stays whole.
   */
  readonly stages?: number;
  /**
   * Keep the keys and values of text in a cache of so many tokens, of fixed shape and written in place, instead of one
   * that grows: prompt and answer together are at most so long. Default: not, but for a target that asks for it
   * (`staticCache`), there as long as the context, and 2048 at most.
   */
  readonly staticCache?: number;
  /**
   * Add the graph `generate`, which writes whole answers: it reads prompts, and chooses and reads tokens in a `Loop`; and
   * `generate-from-pixels`, which sees pictures too, where the way of media says how. Default false.
   */
  readonly generation?: boolean;
  /** A fusion rule by its name, of which the reports are to say where it nearly applied. Default none. */
  readonly explain?: string;
}

export interface BuiltGraph extends CompiledGraph {
  readonly name: string;
  /** As the author wrote it; of graphs of whole answers that of the language graph, which they run. */
  readonly graph: Graph;
  /** The work of one run; undefined where that depends on what comes out. */
  readonly work: ReturnType<typeof workOf> | undefined;
}

/** A program whose graphs are optimised for a target and lowered; nothing of it is on the disk. */
export interface BuiltProgram {
  readonly target: CompilerTarget;
  readonly precision: Precision;
  readonly ways: readonly MediaWayDefinition[];
  /** Those of the program, with what was chosen here. */
  readonly facts: ProgramFacts;
  /** Each beside the graph that the author wrote, or the stage of it. */
  readonly graphs: readonly BuiltGraph[];
  /** Of a graph that was cut, those that run in its place; undefined where none was. */
  readonly stages: Stages | undefined;
  /** As the compiled graphs hold them (a target may have changed their precision), each once. */
  readonly parameters: readonly StoredParameter[];
  /** The dtype that a parameter is kept in at most. */
  readonly keptAs: (parameter: StoredParameter) => Dtype;
}

/**
 * Checks a program and builds its graphs, as `compile` does before it writes anything.
 *
 * @throws UserError for graphs that are not what the program's facts promise (`modelProblem`), a target, a rule or a name
 *   that is not known or taken, or a cache that does not fit the model
 */
export function buildProgram(program: Program, options: BuildOptions = {}): BuiltProgram {
  const { fusion = true, marks = true, blockwise, explain, nameOf } = options;
  const target = targetOf(options.target ?? 'cpu', options.targets);
  const rules = rulesWith(options);
  const ways = checkedWays(options);
  const { precision = target.computes } = options;
  if (explain !== undefined) requireRule(explain, rules);
  checkProgram(program, ways);
  const { graphs: written, stages } = cutProgram(program, options.stages);
  const cacheLength = cacheLengthOf(program, target, options.staticCache);
  if (options.generation === true) requireOneLanguageGraph(program, stages);
  const facts = chosenFacts(program.facts, {
    ...{ cacheLength, generation: options.generation },
    cacheOnDevice: target.capabilities.cacheOnDevice,
  });
  const reserved = facts.language?.cacheLength === undefined ? [] : staticCacheNames(facts.language);
  const stored = new StoredOrder();
  const built = Object.entries(written).map(([name, graph]): LoweredGraph => {
    const others = Object.values(written).filter((each) => each !== graph);
    const compiled = (pack: boolean) =>
      compileGraph(graph, {
        ...{ target, rules, fusion, precision, marks, pack, reserved, others },
        ...(explain !== undefined && { explain }),
        ...(blockwise && { blockwise }),
        ...(nameOf && { nameOf }),
      });
    const packed = compiled(true);
    const fitting = stored.take(packed.onnx) ? packed : compiled(false);
    stored.take(fitting.onnx);
    const onnx = cacheLength === undefined ? fitting.onnx : withStaticCache(fitting.onnx, cacheLength);
    return { name, graph, ...fitting, onnx, growing: fitting.onnx, work: workOf(graph, cacheLength) };
  });
  const keptAs = (parameter: StoredParameter) =>
    storedDtype(parameter, marks ? (parameter.precision ?? precision) : precision);
  const changing = deviceGraphsOf(program, facts, target, ways).map(([name, graph]): BuiltGraph => {
    // They move values as they are.
    const compiled = compileGraph(graph, { target, rules, fusion, precision: 'float32' });
    return { name, graph, ...compiled, work: undefined };
  });
  const graphs = [...built, ...answeringGraphs(built, facts, ways), ...changing];
  return { target, precision, ways, facts, graphs, stages, parameters: stored.parameters, keptAs };
}

/** A built graph, and what it is with a cache that grows. */
interface LoweredGraph extends BuiltGraph {
  readonly growing: OnnxGraph;
}

/** The graphs that write whole answers: from what is kept of pictures, and from their pixels. */
function answeringGraphs(
  built: readonly LoweredGraph[],
  { language: settings, media }: ProgramFacts,
  ways: readonly MediaWayDefinition[],
): readonly BuiltGraph[] {
  const language = built.find(({ name }) => name === 'language');
  if (settings?.generation !== true || language === undefined) return [];
  const generate = generationGraph(language.growing, settings);
  const answering = { ...language, name: GENERATE, onnx: generate, work: undefined };
  const vision = built.find(({ name }) => name === 'vision');
  const made = media && mediaWay(media, ways)?.open(media).madeOfPictures;
  if (vision === undefined || made === undefined) return [answering];
  const onnx = generationFromPixels(generate, vision.onnx, made);
  return [answering, { ...answering, name: GENERATE_FROM_PIXELS, onnx }];
}

/** @throws UserError for a program of which no such graph can be made */
function requireOneLanguageGraph({ name, facts, graphs }: Program, stages: Stages | undefined): void {
  if (facts.language === undefined)
    throw new UserError(
      `A whole generation was asked for, but the program '${name}' reads no text: leave it out.`,
    );
  if (stages !== undefined) {
    throw new UserError(
      `The program '${name}' was to be cut into stages and to write whole answers in one graph, which is on one device: leave one of them out.`,
    );
  }
  for (const each of [GENERATE, GENERATE_FROM_PIXELS])
    requireFreeName({ name, graphs }, each, 'one of whole answers');
}

/** The graphs that change on the device what stays there: the cache of text, and what texts see of pictures. */
function deviceGraphsOf(
  program: Program,
  { language, media }: ProgramFacts,
  { capabilities }: CompilerTarget,
  ways: readonly MediaWayDefinition[],
): readonly (readonly [string, Graph])[] {
  const { language: reading } = program.graphs;
  const graphs = {
    ...(language?.cacheOnDevice && cacheGraphs(language)),
    ...(capabilities.cacheOnDevice && media && reading && mediaGraphs(media, reading, ways)),
  };
  for (const name of Object.keys(graphs))
    requireFreeName(program, name, 'one that changes what stays on the device');
  return Object.entries(graphs);
}

/** @throws UserError for a program that has a graph of a name that the compiler gives to one of its own */
function requireFreeName(
  { name, graphs }: Pick<Program, 'name' | 'graphs'>,
  taken: string,
  whose: string,
): void {
  if (!Object.hasOwn(graphs, taken)) return;
  throw new UserError(
    `The program '${name}' has a graph '${taken}', as ${whose} is called: call it something else.`,
  );
}

function chosenFacts(
  facts: ProgramFacts,
  {
    cacheLength,
    generation,
    cacheOnDevice,
  }: {
    readonly cacheLength: number | undefined;
    readonly generation: boolean | undefined;
    readonly cacheOnDevice: boolean;
  },
): ProgramFacts {
  const { language } = facts;
  if (language === undefined) return facts;
  return {
    ...facts,
    language: {
      ...language,
      ...(cacheLength !== undefined && { cacheLength }),
      ...(cacheLength !== undefined && cacheOnDevice && { cacheOnDevice }),
      ...(generation === true && { generation }),
    },
  };
}

function requireRule(name: string, rules: readonly Rule[]): void {
  const names = rules.map((rule) => rule.name);
  if (names.includes(name)) return;
  throw new UserError(`There is no fusion rule '${name}' to explain; known are ${names.join(', ')}.`);
}
