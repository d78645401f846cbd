import type { Precision } from '../precision.ts';
import type { ParameterInfo } from '../tensor.ts';

/** A parameter as one program or recipe has it: under its name there, with the marks that it has there. */
export interface ProgramParameter extends ParameterInfo {
  /** `perceiver.layers.0.attention.to_q.weight` */
  readonly name: string;
  /** Whether training changes it: not within what is `frozen`. */
  readonly trainable: boolean;
  /** How it is kept, where that is marked (`inPrecision`); else what the model is compiled to counts. */
  readonly precision?: Precision;
  /** The parameter itself, which knows of no program. */
  readonly leaf: ParameterInfo;
}

export function isProgramParameter(parameter: ParameterInfo): parameter is ProgramParameter {
  return 'leaf' in parameter;
}
