import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { Project, ts } from 'ts-morph';
import type { ImagePreprocessing, LanguageSettings, Manifest } from '../../artifact/manifest.ts';
import { compile } from '../../compiler/compile.ts';
import { clientSource } from '../../compiler/frontend/client-source.ts';
import { typeCheck } from '../../compiler/frontend/type-check.ts';
import { gpt2, languageModel } from '../../models/index.ts';
import tiny from '../../models/presets/tiny.ts';
import { type AuthorFolder, authorFolder, ROOT } from './author-folder.ts';

describe('clientSource', () => {
  let folder: AuthorFolder;
  let manifest: Manifest;
  let image: ImagePreprocessing;
  let language: LanguageSettings;
  let out: string;
  before(async () => {
    folder = await authorFolder();
    out = join(folder.path, 'tiny');
    const tokenizer = join(ROOT, 'models/tokenizers/byte-level.json');
    manifest = await compile(tiny, { out, source: 'tiny.ts', tokenizer, weights: 'none' });
    assert.ok(manifest.image && manifest.language);
    ({ image, language } = manifest);
  });
  after(() => folder.remove());

  it('has declarations that know the sizes of its model', async () => {
    const using = await folder.write(
      'using.ts',
      `import { type Facts, load } from './tiny/client.mjs';
export async function use(): Promise<string> {
  await using model = await load({ provider: 'cpu' });
  const size: ${image.size} = model.facts.image.size;
  const pixels: readonly ['images', 'frames', 3, ${image.size}, ${image.size}] = model.facts.graphs.vision.inputs.pixels.shape;
  const token: '${language.tokens.endOfChunk}' = model.facts.tokens.endOfChunk;
  const { text } = await model.generate({ query: { image: 'a.png' } });
  return [size, pixels, token, text].join();
}
export const wrong: Facts['contextLength'] = ${language.contextLength + 1};
`,
    );
    const sentences = typeCheck(using).map(({ line, sentence }) => `${line} ${sentence}`);
    assert.deepEqual(sentences, [
      `10 Type '${language.contextLength + 1}' is not assignable to type '${language.contextLength}'. (TS2322)`,
    ]);
  });

  it('knows what its model can be shown: videos of so many frames, or text alone', async () => {
    assert.equal(image.maxFrames, 30);
    const tokenizer = join(ROOT, 'models/tokenizers/byte-level.json');
    const sizes = { dim: 16, layers: 1, heads: 2, vocabulary: 261, contextLength: 64 };
    const program = languageModel({ name: 'alone', language: gpt2(sizes) });
    await compile(program, { out: join(folder.path, 'alone'), tokenizer, weights: 'none' });
    const stills = { ...image, maxFrames: 1 };
    const { types } = clientSource({ ...manifest, image: stills, files: {} });
    await folder.write('stills.d.mts', types);
    const using = await folder.write(
      'showing.ts',
      `import { load as loadAlone } from './alone/client.mjs';
import { load as loadStills } from './stills.mjs';
import { load } from './tiny/client.mjs';
const model = await load();
await model.generate({ query: { video: 'a.mp4', frames: 30 } });
await model.generate({ query: { video: 'a.mp4', frames: 31 } });
const still = await loadStills();
await still.generate({ shots: [{ images: ['a.png', 'b.png'], text: 'two' }], query: { image: 'c.png' } });
await still.generate({ query: { video: 'a.mp4' } });
const alone = await loadAlone();
await alone.generateBatch([{ query: { text: 'Once' } }]);
await alone.generate({ turns: [{ speaker: 'user', text: 'What?' }] });
await alone.score({ query: { image: 'a.png' } }, ['a'], { normalise: 'none' });
`,
    );
    assert.deepEqual(
      typeCheck(using).map(({ line }) => line),
      [6, 9, 13],
    );
  });

  it('is what compile writes', async () => {
    const { module, types } = clientSource({ ...manifest, files: {} });
    assert.equal(await readFile(join(out, 'client.mjs'), 'utf8'), module);
    assert.equal(await readFile(join(out, 'client.d.mts'), 'utf8'), types);
  });

  it('writes any name so that it means itself', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        const { module, types } = clientSource({ ...manifest, model: { ...manifest.model, name } });
        const project = new Project({
          useInMemoryFileSystem: true,
          skipLoadingLibFiles: true,
          compilerOptions: { allowJs: true },
        });
        for (const [path, source, functions] of [
          ['client.mjs', module, 2],
          ['client.d.mts', types, 1],
        ] as const) {
          const file = project.createSourceFile(path, source);
          const facts = file.getVariableDeclarationOrThrow('facts');
          const [first] = facts.getDescendantsOfKind(ts.SyntaxKind.StringLiteral);
          assert.equal(first?.getLiteralValue(), name);
          assert.equal(file.getFunctions().length, functions);
          assert.deepEqual(project.getProgram().getSyntacticDiagnostics(file), []);
        }
      }),
      { numRuns: 50 },
    );
  });
});
