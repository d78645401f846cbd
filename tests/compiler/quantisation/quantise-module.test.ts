import { assertAssembled } from '../../support/assembled.ts';

describe('the module that quantises', () => {
  it('is what its source is assembled to (UPDATE_SNAPSHOTS=1 writes it)', () =>
    assertAssembled({
      source: 'compiler/quantisation/assembly/quantise.ts',
      file: 'compiler/quantisation/quantise-module.ts',
      name: 'QUANTISE',
      test: 'tests/compiler/quantisation/quantise-module.test.ts',
    }));
});
