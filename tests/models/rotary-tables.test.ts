import assert from 'node:assert/strict';
import { rotaryTables, TABLES } from '../../models/configs/rotary-tables.ts';

const of = (version: unknown, cast: 'float16' | undefined, releases: readonly [number, number]) => {
  const notes: string[] = [];
  const { rotaryTables: rounded } = rotaryTables({ transformers_version: version }, cast, releases, notes);
  assert.equal(notes.length, rounded === undefined ? 0 : 1);
  return rounded;
};

describe('rotary tables of a model that was cast as a whole', () => {
  it('are rounded by the releases that keep them as buffers', () => {
    for (const version of ['4.28.0.dev0', '4.35.2', '4.37.1'])
      assert.equal(of(version, 'float16', TABLES.llama), 'float16', version);
    for (const version of ['4.27.4', '4.38.0', '4.100.0', '5.24.0', '3.1', '', undefined, 4.35])
      assert.equal(of(version, 'float16', TABLES.llama), undefined, String(version));
    assert.equal(of('4.45.2', 'float16', TABLES.gptNeox), 'float16');
    assert.equal(of('4.32.1', 'float16', TABLES.gptNeox), undefined);
  });

  it('are exact in a model that was not cast', () => {
    assert.equal(of('4.35.2', undefined, TABLES.llama), undefined);
  });
});
