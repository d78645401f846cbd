import type { QuantisedFormat } from '../../dsl/precision.ts';
import type { ProgramParameter } from '../../dsl/program/program-parameter.ts';

/** Which tensor of which weight's quantised form a stored parameter is. */
export interface QuantisedMember {
  readonly weight: Omit<ProgramParameter, 'leaf'>;
  readonly format: QuantisedFormat;
  /** Weights of a row that share a scale. */
  readonly block: number;
  /** Whether each row has one scale and its numbers lie `[in, out]`, as int8's products take them. */
  readonly perRow?: true;
  /** Whether the weight is stored `[in, out]`, as GPT-2's are, so that its columns are what is quantised as rows. */
  readonly transposed?: true;
  /** Small whole numbers, and what they are multiplied by. */
  readonly member: 'values' | 'scales';
}
