import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { runsWithin } from '../../../runtime/thread/runs-within.ts';
import { type Encoder, readEncoder } from '../../../runtime/tokenizer/encoder.ts';
import { UnknownText } from '../../../runtime/tokenizer/models/model.ts';

/** What tests/references/tokenizer_files.py writes. */
const schema = z.object({
  texts: z.array(z.string()),
  tokenizers: z.array(
    z.object({
      name: z.string(),
      json: z.unknown(),
      /** Those of all tokenizers, when left out. */
      texts: z.array(z.string()).optional(),
      /** null: there are none. */
      ids: z.array(z.array(z.number()).nullable()),
      /** true: the text. null: the original fails. */
      decoded: z.array(z.union([z.string(), z.literal(true)]).nullable()),
      rows: z.array(z.object({ ids: z.array(z.number()), decoded: z.string().nullable() })),
    }),
  ),
});

const file = new URL('../../references/tokenizers.json.gz', import.meta.url);
const references = schema.parse(JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')));

/** The pieces of a text as its ids come. */
function decoded(encoder: Encoder, ids: readonly number[]): string {
  const decoding = encoder.decoding();
  return ids.map((id) => decoding.push(id)).join('') + decoding.end();
}

function idsOrNull(encoder: Encoder, text: string): number[] | null {
  try {
    return encoder.encode(text);
  } catch (error) {
    if (error instanceof UnknownText) return null;
    throw error;
  }
}

describe("ids and texts equal those of Python's tokenizers", () => {
  it('has at least 40 tokenizers and 300 texts', () => {
    assert.ok(references.tokenizers.length >= 40);
    for (const { ids } of references.tokenizers) assert.equal(ids.length, 300);
  });

  for (const reference of references.tokenizers) {
    it(reference.name, () => {
      const encoder = readEncoder(reference.json, runsWithin);
      const texts = reference.texts ?? references.texts;
      for (const [index, ids] of reference.ids.entries()) {
        const text = texts[index] ?? '';
        assert.deepEqual(idsOrNull(encoder, text), ids, `ids of ${JSON.stringify(text)}`);
        const expected = reference.decoded[index];
        if (ids !== null && expected !== null && expected !== undefined)
          assert.equal(decoded(encoder, ids), expected === true ? text : expected);
      }
      for (const { ids, decoded: expected } of reference.rows)
        if (expected !== null) assert.equal(decoded(encoder, ids), expected, `text of ${ids.join()}`);
    });
  }
});
