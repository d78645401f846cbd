import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { importsOf } from './import-graph.ts';

/** What a page loads of the runtime: the caller's end, and the thread that computes. */
const ROOTS = ['runtime/web/index.ts', 'runtime/web/flamingo-worker.ts'];

/** What Node alone has: its modules, its globals, and packages that need them. */
const NODE_ONLY =
  /from '(node:[^']+|sharp|onnxruntime-node|piscina)'|import '(node:[^']+)'|\b(Buffer\.|process\.|__filename|__dirname|require\()/;

describe('what a browser shares with Node', () => {
  const next = new Map<string, string[]>();
  for (const { from, to, typesOnly } of importsOf(['dsl', 'artifact', 'runtime']))
    if (!typesOnly) next.set(from, [...(next.get(from) ?? []), to]);
  const reached = new Set(ROOTS);
  for (const file of reached) for (const other of next.get(file) ?? []) reached.add(other);

  it('needs nothing that is only in Node', () => {
    assert.ok(reached.size > 100, `only ${reached.size} files were found`);
    const wrong = [...reached].flatMap((file) => {
      const code = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').replaceAll(
        /^\s*(?:\/\*[\s\S]*?\*\/|\/\/.*$|import type [^;]*;)/gm,
        '',
      );
      const found = NODE_ONLY.exec(code);
      return found === null ? [] : [`${file}: ${found[0]}`];
    });
    assert.deepEqual(wrong, []);
  });

  it('is told apart from what is of Node alone', () => {
    const own = readFileSync(new URL('../../runtime/node-platform.ts', import.meta.url), 'utf8');
    assert.match(own, NODE_ONLY);
    assert.ok(!reached.has('runtime/node-platform.ts'));
  });
});
