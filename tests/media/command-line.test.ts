import assert from 'node:assert/strict';
import { join } from 'node:path';
import { flamingo } from '../cli/run-cli.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { picture } from '../runtime/compiled-model.ts';

const ALONE = `
import { gpt2, languageModel } from 'flamingo-onnx';
export default languageModel({
  name: 'alone',
  language: gpt2({ dim: 16, layers: 2, heads: 2, vocabulary: 261, contextLength: 64 }),
});
`;
const SPLICED = `
import { clipVit, mlpConnector, opt, spliced } from 'flamingo-onnx';
export default spliced({
  name: 'spliced',
  vision: clipVit({ image: 28, patch: 14, dim: 16, layers: 1, heads: 2 }),
  connector: mlpConnector(),
  language: opt({ dim: 16, layers: 2, heads: 2, vocabulary: 261, contextLength: 64 }),
});
`;
const GRAPH = `
import { gelu, graph, linear } from 'flamingo-onnx';
const layer = linear(2, 3);
export default graph({
  name: 'layer',
  inputs: { x: { dtype: 'float32', shape: ['batch', 2] } },
  parts: { layer },
  outputs: ({ x }) => ({ y: gelu(layer(x)) }),
});
`;

describe('the command line, whatever pictures do', () => {
  let folder: AuthorFolder;
  const path = (name: string) => join(folder.path, name);
  const compiled = async (name: string, source: string): Promise<string> => {
    const file = await folder.write(`${name}.ts`, source);
    const { code, stderr } = await flamingo('compile', file, '--out', path(name));
    assert.equal(code, 0, stderr);
    return path(name);
  };
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  it('asks a language model alone in text, and refuses it a picture by name', async () => {
    const out = await compiled('alone', ALONE);
    const asked = await flamingo(
      'run',
      out,
      '--shot-text',
      'a: b',
      '--text',
      'c:',
      '--choices',
      'd|e',
      '--json',
    );
    assert.equal(asked.code, 0, asked.stderr);
    assert.equal(JSON.parse(asked.stdout).choices.length, 2);
    const shown = await flamingo('run', out, '--image', picture('dog.jpg'), '--text', 'c:');
    assert.equal(shown.code, 3);
    assert.match(
      shown.stderr,
      /A picture came with the query but the model reads text alone: leave pictures out/,
    );
    const inspected = await flamingo('inspect', out);
    assert.match(inspected.stdout, /pictures +none: text alone/);
    assert.doesNotMatch(inspected.stdout, /an image/);
  });

  it('says how many tokens pictures take, in inspect and where a prompt is too long', async () => {
    const out = await compiled('spliced', SPLICED);
    const inspected = await flamingo('inspect', out, '--json');
    const { media, cache, work } = JSON.parse(inspected.stdout);
    assert.deepEqual(media, { way: 'spliced', features: 4, dim: 16 });
    assert.equal(cache.bytesPerImage, 4 * 4 * 16);
    assert.equal(work.length, 4);
    const dog = picture('dog.jpg');
    const long = await flamingo(
      'run',
      out,
      '--image',
      dog,
      '--image',
      dog,
      '--text',
      'a'.repeat(50),
      '--max-new-tokens',
      '10',
    );
    assert.equal(long.code, 3);
    assert.match(
      long.stderr,
      /The prompt has 59 tokens, 8 of them for its 2 pictures, and 10 are to be written, 5 more than the model's 64/,
    );
  });

  it('compiles and inspects a graph alone, and does not ask it anything', async () => {
    const out = await compiled('layer', GRAPH);
    const inspected = await flamingo('inspect', out);
    assert.equal(inspected.code, 0, inspected.stderr);
    assert.match(inspected.stdout, /layer graph \(layer\.onnx\)/);
    const asked = await flamingo('run', out, '--text', 'a');
    assert.equal(asked.code, 3);
    assert.match(
      asked.stderr,
      /holds a graph to be run by name and no model that answers prompts: load it with loadGraph/,
    );
    const tokenizer = await flamingo(
      'compile',
      path('layer.ts'),
      '--tokenizer',
      'x.json',
      '--out',
      path('other'),
    );
    assert.equal(tokenizer.code, 3);
    assert.match(
      tokenizer.stderr,
      /reads no text, so it has no use for the tokenizer x\.json: leave --tokenizer out/,
    );
  });
});
