/** Dtypes as Triton's `DataType` names them. */
export type TritonDtype =
  | 'TYPE_BOOL'
  | 'TYPE_UINT8'
  | 'TYPE_INT8'
  | 'TYPE_INT32'
  | 'TYPE_INT64'
  | 'TYPE_FP16'
  | 'TYPE_FP32'
  | 'TYPE_BF16'
  | 'TYPE_STRING';

/** An input or output; its `dims` are without the batch's where `max_batch_size` is not 0. -1 is open. */
export type TritonPort = {
  readonly name: string;
  readonly data_type: TritonDtype;
  readonly dims: readonly number[];
  /** Of inputs. */
  readonly optional?: boolean;
};

/**
 * What is used of Triton's `ModelConfig` (`model_config.proto` of triton-inference-server/common), by its own field names:
 * `tests/references/triton/check.py` reads what is written with that schema.
 */
export type ModelConfig = {
  readonly name: string;
  readonly backend?: 'onnxruntime' | 'python';
  readonly platform?: 'ensemble';
  /** 0: requests are not joined. */
  readonly max_batch_size: number;
  readonly default_model_filename?: string;
  readonly input: readonly TritonPort[];
  readonly output: readonly TritonPort[];
  readonly dynamic_batching?: { readonly max_queue_delay_microseconds: number };
  readonly instance_group?: readonly InstanceGroup[];
  readonly ensemble_scheduling?: { readonly step: readonly EnsembleStep[] };
};

/** How many copies of a model run, and where; of `KIND_GPU` so many on each of `gpus`, or on each there is. */
export type InstanceGroup = {
  readonly kind: 'KIND_GPU' | 'KIND_CPU';
  readonly count: number;
  readonly gpus?: readonly number[];
};

/** One model of an ensemble. Maps are from the model's names to those of the ensemble. */
export type EnsembleStep = {
  readonly model_name: string;
  readonly model_version: number;
  readonly input_map: readonly MapEntry[];
  readonly output_map: readonly MapEntry[];
};

type MapEntry = { readonly key: string; readonly value: string };

type Scalar = string | number | boolean;
type Value = Scalar | readonly Value[] | Message;
type Message = { readonly [field: string]: Value | undefined };

/** Fields whose strings are names of enumerations, which stand without quotes. */
const ENUMERATIONS: ReadonlySet<string> = new Set(['data_type', 'kind']);

/** A `config.pbtxt`: protobuf's text format, a repeated message (an entry of a map is one) once for each, a list of scalars in brackets. */
export function modelConfigText(config: ModelConfig): string {
  return `${fieldsOf(config).join('\n')}\n`;
}

function fieldsOf(message: Message): readonly string[] {
  return Object.entries(message).flatMap(([name, value]) =>
    value === undefined ? [] : fieldOf(name, value),
  );
}

function fieldOf(name: string, value: Value): readonly string[] {
  if (typeof value !== 'object') return [`${name}: ${scalarText(name, value)}`];
  if (isList(value)) {
    if (value.length === 0) return [];
    const scalars = value.filter((each) => typeof each !== 'object');
    if (scalars.length === value.length)
      return [`${name}: [${scalars.map((each) => scalarText(name, each)).join(', ')}]`];
    return value.flatMap((each) => fieldOf(name, each));
  }
  return block(name, fieldsOf(value));
}

function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

function block(name: string, lines: readonly string[]): readonly string[] {
  return [`${name} {`, ...lines.map((line) => `  ${line}`), '}'];
}

function scalarText(name: string, value: Scalar): string {
  return typeof value === 'string' && !ENUMERATIONS.has(name) ? quote(value) : String(value);
}

/** As JSON, whose escapes the text format has too, but for characters beyond ASCII, which are written as they are. */
function quote(text: string): string {
  return JSON.stringify(text);
}
