import assert from 'node:assert/strict';
import { circles, importsOf } from './import-graph.ts';

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

  it('go in no circle, but for operators that are written in each other, as gradients are', () => {
    const ofValues = circles(imports.filter(({ typesOnly }) => !typesOnly));
    const others = ofValues.filter((group) => !group.every((file) => file.startsWith('dsl/operators/')));
    assert.deepEqual(others, []);
  });

  it('of types go in no circle either', () => {
    const others = circles(imports).filter(
      (group) => !group.every((file) => file.startsWith('dsl/operators/')),
    );
    assert.deepEqual(others, []);
  });
});
