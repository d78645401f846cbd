import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { circles, importsOf, loadedBy } from './import-graph.ts';

/** What each room may import besides itself: what comes before it. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  dsl: [],
  models: ['dsl'],
  artifact: ['dsl'],
  compiler: ['dsl', 'models', 'artifact'],
  runtime: ['dsl', 'artifact'],
  cli: ['dsl', 'models', 'compiler', 'artifact', 'runtime'],
};
const roomOf = (file: string): string => file.split('/', 1)[0] ?? '';

/** The folders beside each other that two files lie in or below; none where one lies above the other. */
function branches(a: string, b: string): readonly string[] {
  const [ours, theirs] = [posix.dirname(a).split('/'), posix.dirname(b).split('/')];
  const at = ours.findIndex((name, index) => name !== theirs[index]);
  if (at < 1 || at >= theirs.length) return [];
  return [ours, theirs].map((path) => path.slice(0, at + 1).join('/'));
}

describe('imports', () => {
  const imports = importsOf(Object.keys(MAY_IMPORT));

  it('run one way between the rooms', () => {
    assert.ok(imports.length > 1000, `only ${imports.length} imports were found`);
    const wrong = imports.filter(({ from, to }) => {
      const [room, other] = [roomOf(from), roomOf(to)];
      return room !== other && !(MAY_IMPORT[room] ?? []).includes(other);
    });
    assert.deepEqual(wrong, []);
  });

  it('run one way between folders that stand beside each other', () => {
    // A registry lists what is there, and is made by a script; what it lists does not know it.
    const beside = imports.flatMap(({ from, to }) => {
      if (from.endsWith('-registry.ts')) return [];
      const [folder, other] = branches(from, to);
      const oneWay = ['models', 'artifact', 'compiler', 'runtime', 'cli'].includes(roomOf(from));
      return oneWay && folder !== undefined && other !== undefined ? [{ folder, other, from, to }] : [];
    });
    const pairs = new Set(beside.map(({ folder, other }) => `${folder} ${other}`));
    assert.ok(pairs.size > 20, `only ${pairs.size} pairs of folders were found`);
    assert.deepEqual(
      beside.filter(({ folder, other }) => pairs.has(`${other} ${folder}`)),
      [],
    );
  });

  it('go in no circle, but for operators that are written in each other, as gradients are', () => {
    const ofValues = circles(imports.filter(({ typesOnly }) => !typesOnly));
    const others = ofValues.filter((group) => !group.every((file) => file.startsWith('dsl/operators/')));
    assert.deepEqual(others, []);
  });

  it('of commands bring neither ONNX Runtime nor sharp nor TypeScript before one runs, as help lists them all', () => {
    const commands = imports.filter(({ from }) => from.startsWith('cli/commands/')).map(({ from }) => from);
    const heavy = /^(?:import|export) (?!type\b)[^;]*?from '(onnxruntime-[a-z]+|sharp|typescript|ts-morph)'/m;
    const loaded = [...loadedBy([...new Set(commands), 'cli/command-line.ts'], imports)];
    assert.ok(loaded.length > 100, `only ${loaded.length} files were found`);
    const isHeavy = (file: string) =>
      heavy.test(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8'));
    assert.ok(['runtime/onnx-runtime.ts', 'runtime/images/decode.ts'].every(isHeavy));
    assert.deepEqual(loaded.filter(isHeavy), []);
  });

  it('of types go in no circle either', () => {
    const others = circles(imports).filter(
      (group) => !group.every((file) => file.startsWith('dsl/operators/')),
    );
    assert.deepEqual(others, []);
  });
});
