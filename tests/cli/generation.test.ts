import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuthorFolder, authorFolder, ROOT } from '../frontend/author-folder.ts';
import { flamingo } from './run-cli.ts';

describe('a graph of whole answers, by the command line', () => {
  let folder: AuthorFolder;
  let artifact: string;
  const model = join(ROOT, 'models/presets/tiny.ts');
  const question = ['--image', join(ROOT, 'tests/images/dog.jpg'), '--text', 'Output:', '--seed', '4'];
  before(async () => {
    folder = await authorFolder();
    artifact = join(folder.path, 'tiny');
    const { code, stderr } = await flamingo('compile', model, '--out', artifact, '--generation');
    assert.equal(code, 0, stderr);
  });
  after(() => folder.remove());

  const answer = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await flamingo('run', artifact, ...question, ...words, '--json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };

  it('answers as the search step by step, and is said to', async () => {
    const steps = await answer();
    const graph = await answer('--generation', 'graph');
    assert.equal(steps.generation, 'steps');
    assert.equal(graph.generation, 'graph');
    assert.deepEqual(graph.tokens, steps.tokens);
    const streamed = await flamingo('run', artifact, ...question, '--generation', 'graph');
    assert.equal(streamed.stdout.trim(), steps.text.trim());
    const { stdout } = await flamingo('inspect', artifact);
    assert.match(stdout, /generation +whole answers in one graph, used where 'run --generation graph' asks/);
    assert.match(stdout, /generate graph \(generate\.onnx\)/);
    assert.match(stdout, /Loop 1/);
  });

  it('takes other weights as the other graphs do', async () => {
    const other = join(folder.path, 'other');
    const { code, stderr } = await flamingo('compile', model, '--out', other, '--seed', '9');
    assert.equal(code, 0, stderr);
    const before = await answer('--generation', 'graph');
    const relinked = await flamingo('relink', artifact, '--weights', join(other, 'weights.safetensors'));
    assert.equal(relinked.code, 0, relinked.stderr);
    const after = await answer('--generation', 'graph');
    assert.notDeepEqual(after.tokens, before.tokens);
    assert.deepEqual(after.tokens, (await answer()).tokens);
  });

  it('is refused in one sentence where there is none, or where it cannot be', async () => {
    const fails = async (expected: number, message: RegExp, ...words: readonly string[]) => {
      const { code, stderr } = await flamingo(...words);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n +at /);
      assert.equal(code, expected);
    };
    const plain = join(folder.path, 'other');
    await fails(
      3,
      /Answers were to be written by one graph, but the model has none that does: compile it with --generation/,
      ...['run', plain, ...question, '--generation', 'graph'],
    );
    await fails(
      2,
      /--generation graph writes one answer, but --beams follows several/,
      ...['run', artifact, ...question.slice(0, 4), '--generation', 'graph', '--beams', '2'],
    );
    await fails(
      3,
      /cut into stages and to write whole answers in one graph/,
      ...['compile', model, '--out', join(folder.path, 'x'), '--generation', '--stages', '2'],
    );
    // A manifest that speaks of a graph that is not there.
    const path = join(plain, 'manifest.json');
    const manifest = JSON.parse(await readFile(path, 'utf8'));
    manifest.language.generation = true;
    await writeFile(path, JSON.stringify(manifest));
    await fails(
      3,
      /there is no graph 'generate', which packed cross-attention needs/,
      ...['run', plain, ...question],
    );
  });
});
