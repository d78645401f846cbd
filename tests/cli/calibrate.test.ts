import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { calibrate, readCalibrationPrompts } from '../../cli/calibrate.ts';
import { createReport } from '../../cli/report.ts';
import { type CompileOptions, compile } from '../../compiler/compile.ts';
import { initialValues } from '../../compiler/weights/store/initialise.ts';
import { languageModel } from '../../models/media/none.ts';
import { opt } from '../../models/opt/opt.ts';

const program = languageModel({
  name: 'outliers',
  language: opt({ dim: 256, layers: 1, heads: 4, vocabulary: 261, contextLength: 64 }),
});
const LAYER = 'language.layers.0';
const CHANNEL = 5;

describe('int8 that is calibrated', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'calibrate-'));
  });
  after(() => rm(folder, { recursive: true }));

  /**
   * The layer's feed-forward decides the answer. With an outlier, one of its inputs is a thousand times what the others
   * are, and is multiplied with zeros.
   */
  async function calibrated(name: string, outlier: boolean) {
    const weights = join(folder, `${name}.safetensors`);
    await writeSafetensors(
      weights,
      [...program.parameters].map(([each, parameter]) => {
        const values = initialValues(parameter, 3).slice();
        const width = parameter.shape[1] ?? 1;
        if (/fc[12]\.weight$|embed_tokens/.test(each))
          for (const place of values.keys()) values[place] = 10 * (values[place] ?? 0);
        if (outlier && each === `${LAYER}.fc1.weight`)
          for (let place = CHANNEL; place < values.length; place += width) values[place] = 0;
        if (outlier && each === `${LAYER}.final_layer_norm.weight`) values[CHANNEL] = 1000;
        return { name: each, dtype: 'float32' as const, shape: parameter.shape, data: values };
      }),
    );
    const file = join(folder, 'prompts.jsonl');
    await writeFile(file, `${JSON.stringify({ text: 'Once upon a time there was a model of language' })}\n`);
    const notes: string[] = [];
    const report = { ...createReport(), note: (line: string) => notes.push(line) };
    const options: CompileOptions = {
      ...{ out: join(folder, name), weights: [weights], precision: 'int8' },
      tokenizer: 'models/tokenizers/byte-level.json',
    };
    const { signal } = new AbortController();
    const prompts = await readCalibrationPrompts(file, report, signal);
    const compiled = await compile(program, options);
    const manifest = await calibrate(program, compiled, options, prompts, { report, signal });
    const operators = manifest.graphs.language?.operators.after ?? {};
    return {
      notes,
      divergence: manifest.precision.calibration?.divergence ?? Number.NaN,
      inBlocks: 'com.microsoft.MatMulNBits' in operators,
    };
  }

  it('keeps one scale a row where that holds', async () => {
    const { notes, divergence, inBlocks } = await calibrated('plain', false);
    assert.ok(divergence < 0.02 && !inBlocks, `${divergence}`);
    assert.deepEqual(notes, []);
  });

  it('is kept in blocks, and says so, where one value outweighs its row in what is computed', async () => {
    const { notes, divergence, inBlocks } = await calibrated('outlier', true);
    assert.ok(inBlocks);
    assert.match(
      notes.join('\n'),
      /^int8 with one scale a row diverges from float32 by [\d.]+ nats on .*prompts\.jsonl, with a scale for every few numbers by [\d.]+: the model is kept so, which is slower\.$/,
    );
    const [, rows = Number.NaN] = /by ([\d.]+) nats/.exec(notes.join())?.map(Number) ?? [];
    assert.ok(divergence < 0.5 * rows, `${divergence} of ${rows}`);
  });
});
