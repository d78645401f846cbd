import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseJson } from '../../../../artifact/parse-json.ts';
import { readRegularFile } from '../../../../artifact/read-regular-file.ts';
import { isSystemError, refusal } from '../../../../artifact/system-error.ts';
import { UserError } from '../../../../artifact/user-error.ts';
import { LIMITS, type Limit } from '../../../../dsl/limits.ts';
import { InferenceSession, Tensor } from '../../../onnx-runtime.ts';
import { runsWithin } from '../../../thread/runs-within.ts';
import { type Encoder, readEncoder } from '../../../tokenizer/encoder.ts';
import { aroundText } from '../around-text.ts';
import type { ToxicityEngine } from '../classifier.ts';
import { classifierConfig, toxicLabel } from '../classifier-config.ts';

/** Where a folder has its graph: as optimum exports it, and as repositories on the Hub have it. */
const GRAPHS = ['model.onnx', 'onnx/model.onnx'];
/** Texts that are scored at once. */
const AT_ONCE = 32;
const INPUTS = ['input_ids', 'attention_mask', 'token_type_ids'];

/** A classifier of texts that was exported to ONNX, as detoxify's by Hugging Face's optimum. */
export const engine: ToxicityEngine = {
  takes: 'a folder with a text classifier as optimum exports it: model.onnx, tokenizer.json and config.json',
  recognises: async (path) => (await stat(path)).isDirectory(),
  async open(folder, options) {
    const files = { config: join(folder, 'config.json'), tokenizer: join(folder, 'tokenizer.json') };
    const config = classifierConfig(await readJson(files.config, LIMITS.config), files.config);
    const toxic = toxicLabel(config.labels, options.toxicLabel, files.config);
    const json = await readJson(files.tokenizer, LIMITS.tokenizer);
    const tokenizer = encoderOf(json, files.tokenizer);
    const postProcessor =
      typeof json === 'object' && json !== null ? Reflect.get(json, 'post_processor') : null;
    const around = aroundText(postProcessor, files.tokenizer);
    const path = await graphIn(folder);
    const session = await opened(path);
    const room = config.longest - around.before.length - around.after.length;
    const idsOf = (text: string) => {
      const ids = text.trim() === '' ? [] : tokenizer.encode(text);
      return [...around.before, ...ids.slice(0, room), ...around.after];
    };
    const scored = async (texts: readonly string[]) => {
      const logits = await run(session, path, texts.map(idsOf), config.padding);
      const width = config.labels.length;
      if (logits.length !== texts.length * width) {
        throw new UserError(
          `${path} gives ${logits.length / texts.length} numbers a text, but ${files.config} names ${width} labels: give files of one export.`,
        );
      }
      return texts.map((_, row) => {
        const own = [...logits.subarray(row * width, (row + 1) * width)];
        return config.severalAtOnce ? own.map(sigmoid) : softmax(own);
      });
    };
    return {
      title: `ONNX classifier ${folder}, its label '${config.labels[toxic]}'`,
      labels: config.labels,
      toxic,
      async score(texts) {
        const found: (readonly number[])[] = [];
        for (let start = 0; start < texts.length; start += AT_ONCE) {
          found.push(...(await scored(texts.slice(start, start + AT_ONCE))));
        }
        return found;
      },
      [Symbol.asyncDispose]: () => session.release(),
    };
  },
};

/** @throws UserError for a tokenizer that does what is not known here */
function encoderOf(json: unknown, path: string): Pick<Encoder, 'encode'> {
  const said = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      if (error instanceof UserError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new UserError(`${path} cannot be used (${reason}): export the classifier with a fast tokenizer.`);
    }
  };
  const encoder = said(() => readEncoder(json, runsWithin));
  return { encode: (text) => said(() => encoder.encode(text)) };
}

async function graphIn(folder: string): Promise<string> {
  for (const name of GRAPHS) {
    const path = join(folder, name);
    if ((await stat(path).catch(() => undefined))?.isFile()) return path;
  }
  throw new UserError(
    `${folder} has no ${GRAPHS.join(', nor ')}: export the classifier, as by 'optimum-cli export onnx --task text-classification'.`,
  );
}

async function opened(path: string): Promise<InferenceSession> {
  let session: InferenceSession;
  try {
    session = await InferenceSession.create(path, { logSeverityLevel: 4 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`ONNX Runtime refuses ${path} (${reason}): export the classifier again.`);
  }
  const stranger = session.inputNames.find((name) => !INPUTS.includes(name));
  if (stranger === undefined && session.inputNames.includes('input_ids')) return session;
  await session.release();
  throw new UserError(
    `${path} takes ${session.inputNames.join(', ')}, but a text classifier takes ${INPUTS.join(', ')}: export it with the task text-classification.`,
  );
}

/** The logits of rows of ids, padded on the right: `[rows × labels]`. */
async function run(
  session: InferenceSession,
  path: string,
  rows: readonly (readonly number[])[],
  padding: number,
): Promise<Float32Array> {
  const length = Math.max(1, ...rows.map((row) => row.length));
  const dims = [rows.length, length];
  const filled = (value: (row: readonly number[], place: number) => number) =>
    new Tensor(
      'int64',
      BigInt64Array.from(
        rows.flatMap((row) => Array.from({ length }, (_, place) => BigInt(value(row, place)))),
      ),
      dims,
    );
  const feeds = {
    input_ids: filled((row, place) => row[place] ?? padding),
    attention_mask: filled((row, place) => (place < row.length ? 1 : 0)),
    token_type_ids: filled(() => 0),
  };
  const wanted = Object.entries(feeds).filter(([name]) => session.inputNames.includes(name));
  const name = session.outputNames.includes('logits') ? 'logits' : session.outputNames[0];
  try {
    const outputs = await session.run(Object.fromEntries(wanted));
    const data = outputs[name ?? '']?.data;
    if (data instanceof Float32Array) return data;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new UserError(`ONNX Runtime cannot run ${path} (${reason}): export the classifier again.`);
  }
  throw new UserError(`${path} gives no logits in float32: export the classifier again, in float32.`);
}

async function readJson(path: string, limit: Limit): Promise<unknown> {
  try {
    return parseJson((await readRegularFile(path, limit)).toString('utf8'), path);
  } catch (error) {
    if (isSystemError(error)) {
      throw new UserError(`${refusal(path, error).replace(/\.$/, '')}: give ${engine.takes}.`);
    }
    if (error instanceof SyntaxError)
      throw new UserError(`${path} is not JSON: export the classifier again.`);
    throw error;
  }
}

function sigmoid(logit: number): number {
  return 1 / (1 + Math.exp(-logit));
}

function softmax(logits: readonly number[]): number[] {
  const most = Math.max(...logits);
  const powers = logits.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
