import { assertAssembled } from '../support/assembled.ts';

describe('the module of AdamW', () => {
  it('is what its source is assembled to (UPDATE_SNAPSHOTS=1 writes it)', () =>
    assertAssembled({
      source: 'runtime/training/optimizer/assembly/adamw.ts',
      file: 'runtime/training/optimizer/adamw-module.ts',
      name: 'ADAMW',
      test: 'tests/training/adamw-module.test.ts',
    }));
});
