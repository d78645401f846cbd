import type { Graph } from '../../dsl/graph.ts';
import { cast } from '../../dsl/operators/cast.ts';
import { isParameter } from '../../dsl/parameter.ts';
import type { ConstantData, Operation, ParameterInfo, Tensor } from '../../dsl/tensor.ts';
import { onBehalfOf } from '../graph/on-behalf-of.ts';
import { rebuild } from '../graph/rebuild.ts';
import { reapply } from '../graph/rewrite.ts';
import { storedParameter } from '../stored-parameter.ts';

const LARGEST_HALF = 65504;

/**
 * Computes in float16 what is computed from parameters and float inputs, apart from the operators that say
 * otherwise (`computesIn`) and from operations that read a parameter whose mark is float32 (`inPrecision`); values made
 * from positions and constants alone stay float32 until they meet a half. Parameters become float16 where a half
 * computation reads them. The graph's inputs and outputs keep their dtypes: casts stand at its edges.
 */
export function halfPrecision(graph: Graph): Graph {
  const first = new HalfPrecision(new Map());
  const converted = first.convert(graph);
  // A parameter is stored once, so where both precisions read it, the precise reader casts the stored half.
  return first.isReadTwice(converted) ? new HalfPrecision(first.halves).convert(graph) : converted;
}

class HalfPrecision {
  readonly halves = new Map<ParameterInfo, Tensor>();
  private readonly casts = new Map<Tensor, Tensor>();

  /** @param stored parameters that are known to be stored as halves */
  constructor(private readonly stored: ReadonlyMap<ParameterInfo, Tensor>) {}

  convert(graph: Graph): Graph {
    const converted = rebuild(graph, {
      needs: (operation) => operation.inputs,
      build: (operation, renewed) =>
        onBehalfOf(operation, () => {
          const inputs = operation.inputs.map((input) => (input === undefined ? undefined : renewed(input)));
          return this.apply(operation, inputs).outputs;
        }),
    });
    const outputs = Object.entries(converted.outputs).map(([name, tensor]) => {
      const dtype = graph.outputs[name]?.dtype ?? tensor.dtype;
      return [name, cast(tensor, dtype)] as const;
    });
    return { ...converted, outputs: Object.fromEntries(outputs) };
  }

  /** Whether some parameter is read both as it was and as a half. */
  isReadTwice(graph: Graph): boolean {
    const seen = new Set<ParameterInfo>();
    rebuild(graph, {
      needs: ({ inputs }) => inputs,
      build: ({ inputs, outputs }) => {
        for (const input of inputs) if (input?.source.kind === 'parameter') seen.add(input.source.parameter);
        return outputs;
      },
    });
    return [...this.halves.keys()].some((parameter) => seen.has(parameter));
  }

  private apply(operation: Operation, inputs: Operation['inputs']): Operation {
    const changed = this.operands(operation, inputs);
    if (changed.every((input, index) => input === operation.inputs[index])) return operation;
    return reapply(operation, changed, operation.attributes);
  }

  private operands({ operator }: Operation, inputs: Operation['inputs']): Operation['inputs'] {
    if (operator.computesIn === 'any dtype') return inputs;
    const isPrecise = operator.computesIn === 'float32' || inputs.some(isMarkedPrecise);
    if (isPrecise) return inputs.map((input) => input && this.precise(input));
    const computesHalf = inputs.some((input) => input !== undefined && isHalf(input));
    return computesHalf ? inputs.map((input) => input && this.half(input)) : inputs;
  }

  private precise(tensor: Tensor): Tensor {
    if (tensor.source.kind === 'parameter' && this.stored.has(tensor.source.parameter)) {
      return cast(this.half(tensor), tensor.dtype);
    }
    return tensor.dtype === 'float16' ? cast(tensor, 'float32') : tensor;
  }

  private half(tensor: Tensor): Tensor {
    if (tensor.dtype !== 'float32') return tensor;
    const known = this.casts.get(tensor);
    if (known !== undefined) return known;
    const made = this.makeHalf(tensor);
    this.casts.set(tensor, made);
    return made;
  }

  private makeHalf(tensor: Tensor): Tensor {
    const { shape, source } = tensor;
    if (source.kind === 'parameter') {
      const stored = this.stored.get(source.parameter);
      const half: Tensor = stored ?? {
        dtype: 'float16',
        shape,
        source: { kind: 'parameter', parameter: { ...source.parameter, dtype: 'float16' } },
      };
      this.halves.set(source.parameter, half);
      return half;
    }
    if (source.kind !== 'constant') return cast(tensor, 'float16');
    return cast({ ...tensor, source: { kind: 'constant', data: withinRange(source.data) } }, 'float16');
  }
}

/** A parameter of a part that its author keeps in float32. */
function isMarkedPrecise(tensor: Tensor | undefined): boolean {
  return (
    tensor?.source.kind === 'parameter' && storedParameter(tensor.source.parameter).precision === 'float32'
  );
}

/** Computed in half precision, or from a parameter or an input, which are as precise as they will be. */
function isHalf(tensor: Tensor): boolean {
  if (tensor.dtype !== 'float32') return tensor.dtype === 'float16';
  return isParameter(tensor) || tensor.source.kind === 'input';
}

/** The lowest float32, which authors use to hide scores, must not become -Infinity: a row of them would be NaN. */
function withinRange(data: ConstantData): ConstantData {
  if (!(data instanceof Float32Array)) return data;
  return data.map((value) =>
    Number.isFinite(value) ? Math.max(-LARGEST_HALF, Math.min(LARGEST_HALF, value)) : value,
  );
}
