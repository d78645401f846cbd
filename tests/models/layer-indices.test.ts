import assert from 'node:assert/strict';
import { ModelError } from '../../dsl/index.ts';
import { cohere2 } from '../../models/cohere2/cohere2.ts';
import { smollm3 } from '../../models/smollm3/smollm3.ts';

const SIZES = { dim: 8, layers: 4, heads: 2, inner: 16, vocabulary: 10, contextLength: 16 } as const;

describe('options that name layers', () => {
  it('take the last layer and refuse the one after it', () => {
    assert.equal(cohere2({ ...SIZES, window: 4, fullLayers: [3] }).layers, 4);
    assert.equal(smollm3({ ...SIZES, unrotatedLayers: [3] }).layers, 4);
    const refuses = (option: string) => (error: unknown) =>
      error instanceof ModelError &&
      error.message.includes(`${option} must be indices of the 4 layers, from 0 on, but one is 4`);
    assert.throws(() => cohere2({ ...SIZES, window: 4, fullLayers: [3, 4] }), refuses('cohere2: fullLayers'));
    assert.throws(() => smollm3({ ...SIZES, unrotatedLayers: [4] }), refuses('smollm3: unrotatedLayers'));
  });
});
