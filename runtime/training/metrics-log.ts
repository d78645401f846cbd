import { existsSync } from 'node:fs';
import { appendFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeWhole } from '../../artifact/folder/write-whole.ts';
import { readRegularFile } from '../../artifact/read-regular-file.ts';
import { orRefusal } from '../../artifact/system-error.ts';
import { LIMITS } from '../../dsl/limits.ts';

/** One line of `metrics.jsonl`. */
export interface MetricsRecord {
  /** Steps that were made. */
  readonly step: number;
  /** Of training, or of the evaluation after that step. */
  readonly kind: 'train' | 'evaluation';
  /** The weighted sum over the tasks. */
  readonly loss: number;
  readonly learningRate?: number;
  /** Of all gradients together, before clipping. */
  readonly gradientNorm?: number;
  /** By task, and `task/metric`. */
  readonly losses: Readonly<Record<string, number>>;
  readonly metrics: Readonly<Record<string, number>>;
  /** Since this process began to train. */
  readonly seconds?: number;
}

const recordSchema = z.object({
  step: z.number(),
  kind: z.enum(['train', 'evaluation']),
  loss: z.number(),
  losses: z.record(z.string(), z.number()),
  metrics: z.record(z.string(), z.number()),
});

/** The figures of a run, a line of JSON for each step. */
export class MetricsLog {
  readonly #records: MetricsRecord[] = [];
  #unwritten: string[] = [];

  constructor(readonly path: string) {}

  get records(): readonly MetricsRecord[] {
    return this.#records;
  }

  /** Goes on after a step: what a killed run noted of later ones, or left unfinished, is dropped. */
  async resume(step: number): Promise<void> {
    const bytes = await orRefusal(this.path, () => readRegularFile(this.path, LIMITS.metrics)).catch(
      (error: unknown) => {
        if (existsSync(this.path)) throw error;
        return Buffer.alloc(0);
      },
    );
    const text = bytes.toString('utf8');
    const lines: string[] = [];
    for (const line of text.split('\n')) {
      const record = parse(line);
      if (record === undefined || record.step > step) continue;
      this.#records.push(record);
      lines.push(`${line}\n`);
    }
    const kept = lines.join('');
    // Whole or as it was: the figures of a long run are not to go where there is no room for them.
    if (kept !== text) await orRefusal(this.path, () => writeWhole(this.path, kept), 'written');
  }

  add(record: MetricsRecord): void {
    this.#records.push(record);
    this.#unwritten.push(`${JSON.stringify(record)}\n`);
  }

  async flush(): Promise<void> {
    const lines = this.#unwritten.join('');
    this.#unwritten = [];
    if (lines !== '') await orRefusal(this.path, () => appendFile(this.path, lines), 'written');
  }
}

function parse(line: string): MetricsRecord | undefined {
  try {
    return recordSchema.loose().parse(JSON.parse(line)) as MetricsRecord;
  } catch {
    return undefined;
  }
}
