import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile, openCheckpoint, relink, UserError } from '../../compiler/index.ts';
import { loadFlamingo, openArtifact } from '../../runtime/index.ts';

const IDEFICS = 'tests/references/idefics-instruct';

describe('flamingo-onnx/compiler', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'compiler-entry-'));
  });
  after(() => rm(folder, { recursive: true }));

  it('compiles a checkpoint in code, as the command line does', async () => {
    const { program, tokenizer, weights, notes } = await openCheckpoint(IDEFICS, { name: 'mine' });
    assert.equal(program.name, 'mine');
    assert.ok(Array.isArray(notes));
    const out = join(folder, 'artifact');
    const manifest = await compile(program, { out, tokenizer, weights });
    assert.equal(manifest.model.source, 'mine');
    assert.equal(manifest.parameters.origin, 'loaded');
    await using model = await loadFlamingo(out);
    const { text } = await model.generate({ query: { text: 'And these?' } }, { maxNewTokens: 2 });
    assert.equal(typeof text, 'string');
    const { manifest: before } = await openArtifact(out);
    const after = await relink(out, before, { weights, copyWeights: true });
    assert.deepEqual((await openArtifact(out, { verify: true })).manifest, after);
    await using again = await loadFlamingo(out);
    assert.equal((await again.generate({ query: { text: 'And these?' } }, { maxNewTokens: 2 })).text, text);
  });

  it('refuses a file in a sentence, and writes nothing', async () => {
    await assert.rejects(openCheckpoint(join(IDEFICS, 'config.json')), (error) => {
      assert.ok(error instanceof UserError);
      assert.match(
        error.message,
        /config\.json is a file, which does not say what model it belongs to; give/,
      );
      return true;
    });
    await assert.rejects(openCheckpoint('no-such-folder'), UserError);
    assert.deepEqual(await readdir(folder), ['artifact']);
  });
});
