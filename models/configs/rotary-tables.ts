import { recordOf } from './original-config.ts';

/** The releases of transformers 4 (28 is 4.28), `[first, after the last]`, whose model keeps cosines and sines as buffers. */
export const TABLES = {
  llama: [28, 38],
  gptNeox: [35, 46],
} as const;

/**
 * Some releases of transformers keep a rotary embedding's cosines and sines as buffers, which are cast along when a model
 * is cast as a whole (`model.half()`), and stay rounded when it computes in float32 again.
 *
 * @param config whose `transformers_version` wrote the model
 * @param cast the dtype that the whole model was cast to
 * @param notes gets a sentence where the tables are rounded
 */
export function rotaryTables(
  config: unknown,
  cast: 'float16' | undefined,
  [first, end]: readonly [number, number],
  notes?: string[],
): { readonly rotaryTables?: 'float16' } {
  const { transformers_version: version } = recordOf(config) ?? {};
  const [, minor] = /^4\.(\d+)/.exec(typeof version === 'string' ? version : '') ?? [];
  const release = minor === undefined ? undefined : Number(minor);
  if (cast === undefined || release === undefined || release < first || release >= end) return {};
  notes?.push(
    `All parts are float16: rotary positions are rounded to it too, as transformers ${version} does to a model that is cast as a whole.`,
  );
  return { rotaryTables: cast };
}
