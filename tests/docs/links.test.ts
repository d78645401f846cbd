import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../frontend/author-folder.ts';

/** The pages that git has, but for those of tests. */
async function pages(): Promise<readonly string[]> {
  const { stdout } = await promisify(execFile)('git', ['ls-files', '*.md'], { cwd: ROOT });
  return stdout.split('\n').filter((path) => path !== '' && !path.startsWith('tests/'));
}

/** What a heading is called in an address, as GitHub has it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');

describe('the pages', () => {
  it('name files and folders of the project that are there', async () => {
    const folders = 'artifact|bench|cli|compiler|docs|dsl|examples|models|runtime|tests';
    const named = new RegExp(`\`((?:${folders})/[\\w./-]+)\``, 'g');
    const broken: string[] = [];
    let found = 0;
    for (const page of await pages()) {
      for (const [, path = ''] of (await readFile(join(ROOT, page), 'utf8')).matchAll(named)) {
        // Of files to add.
        if (path.includes('NAME')) continue;
        found += 1;
        if (!existsSync(join(ROOT, path))) broken.push(`${page}: ${path}`);
      }
    }
    assert.ok(found > 50, `${found} are named`);
    assert.deepEqual(broken, []);
  });

  it('link to files and headings that are there', async () => {
    const all = await pages();
    assert.ok(all.includes('README.md') && all.includes('docs/types.md'));
    const broken: string[] = [];
    for (const page of all) {
      const text = (await readFile(join(ROOT, page), 'utf8')).replaceAll(/^```.*?^```$/gms, '');
      for (const [, address = ''] of text.matchAll(/\]\(([^)\s]+)\)/g)) {
        if (/^[a-z]+:/.test(address)) continue;
        const [path = '', anchor] = address.split('#');
        const target = path === '' ? page : join(dirname(page), path);
        const found = existsSync(join(ROOT, target));
        const headings =
          anchor === undefined || !found
            ? []
            : [...(await readFile(join(ROOT, target), 'utf8')).matchAll(/^#+ (.*)$/gm)].map(
                ([, words = '']) => anchorOf(words),
              );
        if (!found || (anchor !== undefined && !headings.includes(anchor)))
          broken.push(`${page}: ${address}`);
      }
    }
    assert.deepEqual(broken, []);
  });
});
