import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as extend from '../../compiler/extend.ts';
import * as compiler from '../../compiler/index.ts';
import * as dsl from '../../dsl/index.ts';
import * as models from '../../models/index.ts';
import * as metrics from '../../runtime/evaluate/metrics/index.ts';
import * as runtime from '../../runtime/index.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** An export with a name of its own, and the end of what stands before it. */
const EXPORT = /(\*\/\s*)?^export (?:async )?(?:function|const|class) (\w+)/gm;

describe('what the package exports', () => {
  const names = new Set(
    [dsl, compiler, extend, models, metrics, runtime].flatMap((entry) => Object.keys(entry)),
  );
  const rooms = ['artifact', 'compiler', 'dsl', 'models', 'runtime'];
  const sources = execFileSync('git', ['ls-files', '-co', '--exclude-standard', ...rooms], {
    cwd: ROOT,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((file) => file.endsWith('.ts') && !file.startsWith('runtime/export/triton/files/'))
    // It holds the text of another module.
    .filter((file) => file !== 'compiler/frontend/client-source.ts');

  it('is described where it is declared, which an editor shows', () => {
    const described = new Map<string, boolean>();
    // An overload has the words of the first.
    for (const file of sources)
      for (const [, comment, name = ''] of readFileSync(ROOT + file, 'utf8').matchAll(EXPORT))
        if (names.has(name)) described.set(name, described.get(name) === true || comment !== undefined);
    assert.ok(described.size > 300, `${described.size} were found`);
    assert.deepEqual(
      [...described].flatMap(([name, is]) => (is ? [] : [name])),
      [],
    );
  });
});
