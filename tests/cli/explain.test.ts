import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flamingo } from './run-cli.ts';

describe('flamingo compile --explain', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'explain-'));
  });
  after(() => rm(folder, { recursive: true }));

  const compile = (...words: readonly string[]) =>
    flamingo('compile', 'tiny', '--weights', 'none', '--out', join(folder, 'tiny'), '--force', ...words);

  it('says what each pass did and which rules applied, and of a rule why it did not', async () => {
    const { code, stdout, stderr } = await compile('--explain', 'linear');
    assert.equal(code, 0, stderr);
    for (const graph of ['vision', 'language'])
      assert.match(stdout, new RegExp(`^${graph}: pass +operations before +after$`, 'm'));
    assert.match(stdout, /^cancel new reshapes +\d+ +\d+$/m);
    assert.match(stdout, /^rules that applied: .*gated-add 4/m);
    assert.match(stdout, /^rules that did not: .*silu/m);
    assert.match(stdout, /^rule 'linear' applied once; elsewhere it came nearest:$/m);
    assert.match(
      stdout,
      /^ {2}2 of 2 operations fit from 'add' \(language\.layers\.0, models\/opt\/opt\.ts:\d+:\d+\) on, but at 'linear' \(.*\) it wants no further input and finds the parameter @language\.layers\.0\.\S+\.bias, as in \d+ more places$/m,
    );
  });

  it('gives the same as JSON, with the graphs as text where they are asked for', async () => {
    const { code, stdout, stderr } = await compile('--explain', 'skip-layer-norm', '--print', '--json');
    assert.equal(code, 0, stderr);
    const { explained, printed } = JSON.parse(stdout);
    assert.deepEqual(explained.language.explanation.lacking, ['skipLayerNormalization']);
    assert.equal(explained.vision.passes[0].pass, 'fold constants');
    assert.equal(explained.language.fusions['gated-add'], 4);
    assert.match(printed.language, /^graph language\(tokens: int64\[batch, text\], /);
    assert.match(
      printed.vision,
      /^ {2}%\d+ = linear\(%\d+, @perceiver\.\S+\.weight\) : float32\[.*\/\/ perceiver/m,
    );
  });

  it('refuses a rule that nobody knows, and one where fusion is off', async () => {
    const unknown = await compile('--explain', 'lineer');
    assert.notEqual(unknown.code, 0);
    assert.match(
      unknown.stderr,
      /There is no fusion rule 'lineer' to explain; known are attention-heads, .*linear/,
    );
    const off = await compile('--explain', 'linear', '--fusion', 'off');
    assert.equal(off.code, 2);
    assert.match(off.stderr, /--explain linear is about fusion, so it does not go with --fusion off/);
  });
});
