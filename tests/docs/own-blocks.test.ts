import assert from 'node:assert/strict';
import { join } from 'node:path';
import { compile } from '../../compiler/compile.ts';
import { loadModel } from '../../compiler/frontend/load-model.ts';
import { Engine } from '../../runtime/worker/engine.ts';
import { type AuthorFolder, authorFolder } from '../frontend/author-folder.ts';
import { picture, TOKENIZER } from '../runtime/compiled-model.ts';
import { modelsOf } from './models-of.ts';

describe('the models of docs/own-blocks.md', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  it('are type-checked, compiled and asked as they are written', async () => {
    const models = await modelsOf('docs/own-blocks.md');
    assert.ok(models.length > 0);
    for (const [index, code] of models.entries()) {
      const program = await loadModel(await folder.write(`model-${index}.ts`, code));
      const directory = join(folder.path, program.name);
      await compile(program, { out: directory, tokenizer: TOKENIZER });
      const engine = await Engine.open({ directory, verify: true, imageMemory: 2 ** 24, threads: 1 });
      try {
        const [answer] = await engine.generate([{ query: { image: picture('dog.jpg'), text: 'a' } }], {
          maxNewTokens: 2,
        });
        assert.ok(answer && answer.tokens.length > 0, program.name);
      } finally {
        await engine.close();
      }
    }
  });
});
