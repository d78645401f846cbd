import { z } from 'zod';

/** What was measured of one thing: the median and the quartiles of its samples. */
const spread = z.strictObject({
  unit: z.enum(['ms', 'µs', 's', 'MB', 'kB', 'M', 'tokens/s']),
  median: z.number(),
  low: z.number(),
  high: z.number(),
  /** 1 for what is counted and not measured. */
  samples: z.number().int().min(1),
});

/** How many times as much one variant takes as another, measured in turns. */
const comparison = z.strictObject({
  /** `of / to`. */
  name: z.string(),
  median: z.number(),
  low: z.number(),
  high: z.number(),
  /** That the true median lies between `low` and `high`. */
  confidence: z.number(),
  pairs: z.number().int().min(1),
});

const benchmarkCase = z.strictObject({
  name: z.string(),
  variants: z.record(z.string(), spread),
  comparisons: z.array(comparison),
});

const section = z.strictObject({
  title: z.string(),
  /** What the columns of the table are: the names of variants. */
  cases: z.array(benchmarkCase),
  /** What the numbers say, and what they leave out. */
  notes: z.array(z.string()),
});

/** The form of `--json`. */
export const reportSchema = z.strictObject({
  format: z.literal(1),
  quick: z.boolean(),
  /** Of ONNX Runtime. */
  threads: z.number().int().min(1),
  machine: z.strictObject({
    processor: z.string(),
    cores: z.number().int(),
    memory: z.number(),
    node: z.string(),
    onnxruntime: z.string(),
    /** Load average of the last minute when the run began: above zero, others used the machine too. */
    load: z.number(),
  }),
  benchmarks: z.array(
    z.strictObject({
      name: z.string(),
      summary: z.string(),
      seconds: z.number(),
      sections: z.array(section),
    }),
  ),
});

export type Spread = z.infer<typeof spread>;
export type Comparison = z.infer<typeof comparison>;
export type Case = z.infer<typeof benchmarkCase>;
export type Section = z.infer<typeof section>;
export type Report = z.infer<typeof reportSchema>;
