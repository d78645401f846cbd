/** How the angles of a rotary embedding are stretched. */
export type RotaryScaling =
  /** Positions are divided by the factor (Chen et al. 2023, arXiv 2306.15595). */
  | { readonly kind: 'linear'; readonly factor: number }
  /**
   * LLaMA 3.1's: pairs that turn slowly over the original context are stretched by the factor, quick ones left as they
   * are, those between mixed (Grattafiori et al. 2024, arXiv 2407.21783; `rope_type` `llama3` in transformers).
   */
  | {
      readonly kind: 'llama3';
      readonly factor: number;
      /** Turns over the original context up to which a pair is stretched in full. */
      readonly lowFrequencyFactor: number;
      /** Turns from which it is left as it is. */
      readonly highFrequencyFactor: number;
      /** Tokens that the model was first trained on. */
      readonly originalContext: number;
    };

/** The angle by which each pair of features turns a position, in radians. */
export function rotaryFrequencies(dim: number, base: number, scaling?: RotaryScaling): readonly number[] {
  const frequencies = Array.from({ length: dim / 2 }, (_, pair) => base ** ((-2 * pair) / dim));
  return scaling === undefined ? frequencies : frequencies.map((frequency) => scaled(frequency, scaling));
}

function scaled(frequency: number, scaling: RotaryScaling): number {
  const stretched = frequency / scaling.factor;
  if (scaling.kind === 'linear') return stretched;
  const { lowFrequencyFactor: low, highFrequencyFactor: high, originalContext } = scaling;
  const turns = (originalContext * frequency) / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (turns - low) / (high - low)));
  return kept * frequency + (1 - kept) * stretched;
}
