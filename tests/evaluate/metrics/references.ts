import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';

const numbers = z.array(z.number());
const answers = z.array(z.string());
const annotation = z.union([z.literal(0), z.literal(1), z.literal(2), z.literal(3), z.literal(4)]);
const rareAct = z.object({
  clips: z.array(
    z.object({
      video: z.string(),
      verb: z.string(),
      noun: z.string(),
      classId: z.int(),
      annotation,
      scores: numbers,
    }),
  ),
  mwap: z.number(),
  msap: z.number(),
});

const schema = z.object({
  captions: z.object({
    items: z.array(z.object({ candidate: z.string(), references: answers })),
    tokens: z.record(z.string(), z.string()),
    'cider-d': numbers,
    cider: numbers,
    bleu: numbers,
    bleus: z.array(numbers),
    'rouge-l': numbers,
  }),
  vqa: z.object({ items: z.array(z.object({ answer: z.string(), answers })), accuracy: numbers }),
  wups: z.object({
    items: z.array(z.object({ answer: z.string(), truth: z.string() })),
    '0.9': numbers,
    '0': numbers,
  }),
  ndcg: z.object({ items: z.array(z.object({ scores: numbers, relevance: numbers })), ndcg: numbers }),
  rankings: z.object({
    items: z.array(z.array(z.object({ score: z.number(), positive: z.boolean(), weight: z.number() }))),
    'roc-auc': numbers,
    'average-precision': numbers,
    weighted: numbers,
  }),
  rareact: rareAct,
  'rareact-several': rareAct,
  'ok-vqa': z.object({
    answers,
    stems: answers,
    exceptions: z.string(),
    verbs: z.string(),
    weights: z.record(z.string(), z.record(z.string(), z.number())),
    tagdict: z.record(z.string(), z.string()),
    classes: answers,
  }),
});

const file = new URL('../../references/metrics.json.gz', import.meta.url);

/** What `tests/references/metrics.py` wrote: items, and what the original implementations give. */
export const references = schema.parse(JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')));

/** Asserts that numbers equal the original's to 1e-6. */
export function assertClose(found: readonly number[], expected: readonly number[], what: string): void {
  assert.equal(found.length, expected.length, what);
  for (const [index, value] of found.entries()) {
    const wanted = expected[index] ?? Number.NaN;
    assert.ok(Math.abs(value - wanted) <= 1e-6, `${what} ${index} is ${value}, the original's ${wanted}`);
  }
}
