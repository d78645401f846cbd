import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { SHIM } from './run-cli.ts';

describe('a clone with few addresses', () => {
  const run = (...words: readonly string[]) =>
    spawnSync('sh', ['-c', 'ulimit -v 6000000; exec "$@"', 'sh', process.execPath, ...words], {
      encoding: 'utf8',
    });

  it('says so in one sentence, and runs as that says', function () {
    if (process.platform !== 'linux') this.skip();
    const { status, stderr } = run(SHIM, '--version');
    assert.equal(status, 1);
    assert.match(
      stderr,
      /^A clone runs .* this process may have 6 GB \(ulimit -v\); raise the limit, or .*\.\n$/,
    );
    const other = run('--disable-wasm-trap-handler', SHIM, '--version');
    assert.equal(other.status, 0, other.stderr);
  });
});
