import assert from 'node:assert/strict';
import { inPrecision, type Marked } from '../../dsl/index.ts';
import { clipVit, flamingo, type LanguageModel, opt, type PartPrecision } from '../../models/index.ts';

/** A program with these marks. */
function programWith(
  precision: PartPrecision | undefined,
  language: LanguageModel | Marked<LanguageModel> = opt({
    dim: 32,
    layers: 2,
    heads: 2,
    vocabulary: 64,
    contextLength: 64,
  }),
) {
  return flamingo({
    name: 'precise',
    convention: 'open-flamingo',
    vision: clipVit({ image: 28, patch: 14, dim: 32, layers: 1, heads: 2 }),
    language,
    crossAttention: { every: 1 },
    resampler: { latents: 4, depth: 1 },
    ...(precision && { precision }),
  });
}

/** The marks of all parameters by the first word of their names. */
function marksOf({ parameters }: ReturnType<typeof programWith>): Record<string, unknown[]> {
  const marks: Record<string, Set<unknown>> = {};
  for (const [name, { precision }] of parameters) {
    const part = name.split('.')[0] ?? '';
    marks[part] ??= new Set();
    marks[part].add(precision ?? null);
  }
  return Object.fromEntries(Object.entries(marks).map(([part, found]) => [part, [...found]]));
}

describe("a Flamingo's parts in precisions of their own", () => {
  it('have none by default', () => {
    assert.deepEqual(marksOf(programWith(undefined)), {
      vision: [null],
      perceiver: [null],
      language: [null],
      cross_attention: [null],
    });
  });

  it('are marked whole, each by itself', () => {
    const precision = {
      vision: 'float16',
      resampler: 'float32',
      language: 'int4',
      crossAttention: 'int8',
    } as const;
    assert.deepEqual(marksOf(programWith(precision)), {
      vision: ['float16'],
      perceiver: ['float32'],
      language: ['int4'],
      cross_attention: ['int8'],
    });
  });

  it('keep the finer marks that the author set on them and within them', () => {
    const language = opt({ dim: 32, layers: 2, heads: 2, vocabulary: 64, contextLength: 64 });
    const [first] = Object.entries(language.parts);
    assert.ok(first !== undefined);
    const finer = { ...language, parts: { ...language.parts, [first[0]]: inPrecision('float32', first[1]) } };
    assert.deepEqual(marksOf(programWith({ language: 'int8' }, finer)).language, ['float32', 'int8']);
    const whole = inPrecision('int4', language);
    assert.deepEqual(marksOf(programWith({ language: 'int8' }, whole)).language, ['int4']);
    // What one program was told is nothing to the next.
    assert.deepEqual(marksOf(programWith(undefined, language)).language, [null]);
  });
});
