import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { flamingo } from './run-cli.ts';

/** What is wrong, and the sentence that says where, and what is known or needed. */
describe('what flamingo compile refuses before it writes anything', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  const refuses = async (words: readonly string[], sentence: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await flamingo('compile', ...words, '--out', join(folder.path, 'out'));
    assert.match(stderr, sentence);
    assert.equal(stderr.match(/^error: /gm)?.length ?? 0, 1, stderr);
    assert.doesNotMatch(stderr, /\n +at /);
    assert.deepEqual([code, stdout], [3, '']);
    assert.ok(!(await readdir(folder.path)).includes('out'));
  };

  it('a configuration that does not type-check: its line, and the name that was meant', async () => {
    const config = await folder.write(
      'odd.config.ts',
      "import { defineConfig } from 'flamingo-onnx/extend';\n\nexport default defineConfig({ rule: [] });\n",
    );
    await refuses(
      ['tiny', '--config', config],
      /'rule' does not exist in type 'Extensions'\. Did you mean to write 'rules'\?.*odd\.config\.ts:3:31/s,
    );
  });

  it('the folder of a model that nobody knows: those that are known', async () => {
    await folder.write('bard/config.json', JSON.stringify({ model_type: 'bard' }));
    await refuses(
      [join(folder.path, 'bard')],
      /bard\/config\.json is of model_type 'bard', which is no visual language model that compiles from its folder; known are idefics, idefics3, llava, smolvlm\./,
    );
  });

  it('a program whose graph lacks an output: which, of what dtype and shape', async () => {
    const model = await folder.write(
      'forgetful.ts',
      `import { gpt2, languageModel } from 'flamingo-onnx';
const whole = languageModel({
  name: 'forgetful',
  language: gpt2({ dim: 16, layers: 2, heads: 2, vocabulary: 261, contextLength: 64 }),
});
const { 'new_value.1': _, ...outputs } = whole.graphs.language.outputs;
export default { ...whole, graphs: { language: { ...whole.graphs.language, outputs } } };
`,
    );
    await refuses(
      [model],
      /'forgetful' cannot be run: the graph 'language' has no output 'new_value\.1', which a language model alone needs: float32 \[batch, 2, text, 8\]/,
    );
  });

  it('a block whose axes do not fit, by types where sizes are literal and in the same words where they are not', async () => {
    const source = (width: string) => `import { block, graph, linear, relu } from 'flamingo-onnx';
const narrow = block('Narrow', {
  sizes: ['dim'],
  takes: ['batch dim'],
  gives: 'batch dim',
  parts: ({ dim }) => ({ layer: linear(dim, dim) }),
  forward: ({ parts }, x) => relu(parts.layer(x)),
});
const width${width} = 8;
const layer = narrow({ dim: 6 });
export default graph({
  name: 'misfit',
  inputs: { x: { dtype: 'float32', shape: ['batch', width] } },
  parts: { layer },
  outputs: ({ x }) => ({ y: layer(x) }),
});
`;
    const sentence = /Narrow: axis 'dim' is 6, but it is 8 in \[batch, 8\]\n.*:15:\d+/;
    for (const [name, width] of [
      ['literal', ''],
      ['wide', ': number'],
    ] as const) {
      const model = await folder.write(`${name}.ts`, source(width));
      await refuses([model], sentence);
    }
  });
});
