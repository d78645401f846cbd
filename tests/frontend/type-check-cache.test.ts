import assert from 'node:assert/strict';
import { readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadModel } from '../../compiler/frontend/load-model.ts';
import { SourceError } from '../../compiler/frontend/source-error.ts';
import { TypeChecker } from '../../compiler/frontend/type-check.ts';
import { isKnownWellTyped, rememberWellTyped } from '../../compiler/frontend/type-check-cache.ts';
import { type AuthorFolder, authorFolder } from './author-folder.ts';

const MODEL = `import { layers } from './layers';
  interface Named { readonly kind: 'program'; readonly name: string; readonly layers: number }
  export default { kind: 'program', name: 'mine', layers } satisfies Named;`;

describe('the memory of type checks', () => {
  let folder: AuthorFolder;
  // One of its own: that of the process has asked for files of other tests, which are gone.
  const checker = new TypeChecker();
  const { FLAMINGO_CACHE: before } = process.env;
  const records = () => join(folder.path, 'cache/checked');

  beforeEach(async () => {
    folder = await authorFolder();
    process.env.FLAMINGO_CACHE = join(folder.path, 'cache');
  });
  afterEach(async () => {
    if (before === undefined) delete process.env.FLAMINGO_CACHE;
    else process.env.FLAMINGO_CACHE = before;
    await folder.remove();
  });

  const written = async (): Promise<string> => {
    await folder.write('layers.ts', 'export const layers = 2;');
    return folder.write('model.ts', MODEL);
  };

  it('knows a file that was loaded, and checks it again where a file that it imports has changed', async () => {
    const file = await written();
    assert.equal(await isKnownWellTyped(file), false);
    await rememberWellTyped(file, checker.check(file).answers);
    assert.equal(await isKnownWellTyped(file), true);
    await folder.write('layers.ts', "export const layers = 'two';");
    assert.equal(await isKnownWellTyped(file), false);
    await assert.rejects(loadModel(file), SourceError);
    await assert.rejects(loadModel(file), SourceError, 'a mistake is said each time');
    await folder.write('layers.ts', 'export const layers = 2;');
    assert.equal(await isKnownWellTyped(file), true, 'it is what it was');
    await folder.write('model.ts', `${MODEL}\n`);
    assert.equal(await isKnownWellTyped(file), false);
  });

  it('checks again where an import would be found elsewhere', async () => {
    await folder.write('layers/index.ts', 'export const layers = 2;');
    const file = await folder.write('model.ts', MODEL);
    assert.deepEqual(checker.check(file).findings, []);
    await rememberWellTyped(file, checker.check(file).answers);
    assert.equal(await isKnownWellTyped(file), true);
    await folder.write('layers.ts', "export const layers = 'two';");
    assert.equal(await isKnownWellTyped(file), false);
    await rm(join(folder.path, 'layers.ts'));
    assert.equal(await isKnownWellTyped(file), true);
    await rm(join(folder.path, 'layers/index.ts'));
    assert.equal(await isKnownWellTyped(file), false);
  });

  it('reads declarations of the author again, and tells of them and their JavaScript as files to watch', async () => {
    const script = await folder.write('layers.js', 'export const layers = 2;');
    const declared = await folder.write('layers.d.ts', 'export declare const layers: number;');
    const file = await folder.write('model.ts', MODEL.replace('./layers', './layers.js'));
    assert.deepEqual(checker.check(file).findings, []);
    assert.deepEqual(checker.authorFiles(file).toSorted(), [declared, script, file].toSorted());
    await folder.write('layers.d.ts', 'export declare const layers: string;');
    const [finding] = checker.check(file).findings;
    assert.match(finding?.sentence ?? '', /Type 'string' is not assignable to type 'number'/);
    await folder.write('layers.d.ts', 'export declare const layers: number;');
    assert.deepEqual(checker.check(file).findings, []);
  });

  it('does not check what is known', async () => {
    const file = await written();
    await folder.write('layers.ts', "export const layers = 'two';");
    await rememberWellTyped(file, checker.check(file).answers);
    assert.equal((await loadModel(file)).name, 'mine', 'whose mistake would have been found');
  });

  it('is written by whoever loads a file', async () => {
    await loadModel(await written());
    assert.equal((await readdir(records())).length, 1);
  });

  it('believes no record that is damaged, of another file, or contradicts itself', async () => {
    const file = await written();
    const other = await folder.write('other.ts', MODEL);
    const { answers } = checker.check(file);
    await rememberWellTyped(file, answers);
    const [name = ''] = await readdir(records());
    const record = await readFile(join(records(), name));
    assert.equal(await isKnownWellTyped(other), false);
    await truncate(join(records(), name), record.length - 10);
    assert.equal(await isKnownWellTyped(file), false);
    for (const text of ['', '\0', 'what?', `${record}\0what? /`, `${record}\0text /`]) {
      await writeFile(join(records(), name), text);
      assert.equal(await isKnownWellTyped(file), false, text.slice(-10));
    }
    await rememberWellTyped(file, [...answers, new Map([[`text ${file}`, 'another']])]);
    assert.equal(await isKnownWellTyped(file), false);
  });

  it('is of use to processes that write at once, and keeps the newest records alone', async () => {
    const file = await written();
    const { answers } = checker.check(file);
    await Promise.all(Array.from({ length: 8 }, () => rememberWellTyped(file, answers)));
    assert.equal(await isKnownWellTyped(file), true);
    for (let count = 0; count < 80; count += 1) {
      await writeFile(join(records(), `${count}`), '');
      await utimes(join(records(), `${count}`), count, count);
    }
    await rememberWellTyped(file, answers);
    assert.equal(await isKnownWellTyped(file), true);
    assert.equal((await readdir(records())).length, 64);
  });

  it('is done without where the cache cannot be written', async () => {
    process.env.FLAMINGO_CACHE = await folder.write('no-folder', '');
    const file = await written();
    assert.equal((await loadModel(file)).name, 'mine');
    assert.equal(await isKnownWellTyped(file), false);
  });
});
