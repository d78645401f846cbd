import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findPreset, PRESET_NAMES } from '../../cli/presets.ts';
import { flamingo } from './run-cli.ts';

describe('presets by name', () => {
  it('are models of that name, every one', async () => {
    const names = PRESET_NAMES;
    assert.ok(names.includes('tiny') && names.includes('flamingo-80b') && names.includes('emoji'));
    for (const name of names) assert.equal((await findPreset(name))?.program.name, name);
  });

  it('are names alone: a path is a model file', async () => {
    for (const path of ['./tiny', 'sizes/paper', '../presets/tiny', 'tiny.ts', ''])
      assert.equal(await findPreset(path), undefined, path);
  });

  it('are suggested for a word that is neither a file nor one of them', async () => {
    for (const words of [
      ['compile', 'tyni'],
      ['check', 'tyni'],
      ['diff', 'tiny', 'tyni'],
    ]) {
      const { code, stderr } = await flamingo(...words);
      assert.match(
        stderr,
        /^error: There is neither a file nor a preset tyni; did you mean 'tiny'\? The presets are /m,
      );
      assert.equal(code, 3);
    }
  });

  it('are compiled by name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'flamingo-preset-'));
    try {
      const { code, stdout, stderr } = await flamingo(
        'compile',
        'tiny',
        '--out',
        join(folder, 'tiny'),
        '--json',
      );
      assert.equal(code, 0, stderr);
      assert.equal(JSON.parse(stdout).model, 'tiny');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
