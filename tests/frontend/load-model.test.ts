import assert from 'node:assert/strict';
import { UserError } from '../../artifact/user-error.ts';
import { loadModel } from '../../compiler/frontend/load-model.ts';
import { renderFindings, SourceError } from '../../compiler/frontend/source-error.ts';
import { type AuthorFolder, authorFolder, ROOT } from './author-folder.ts';

/** A model file's first lines: one operator, and a graph made with it. */
const PRELUDE = `import { apply, defineOperator, fail } from '${ROOT}dsl/operator.ts';
import type { Tensor } from '${ROOT}dsl/tensor.ts';
const double = defineOperator({
  name: 'double', computesIn: 'half', movement: 'none', weight: 'none',
  infer: ([x]) => (x === undefined || x.shape.length > 2 ? fail('double takes at most 2 axes, but x has 3') : [x]),
});
const input = (...shape: number[]): Tensor => ({ dtype: 'float32', shape, source: { kind: 'input', name: 'x' } });
`;

describe('loadModel', () => {
  let folder: AuthorFolder;
  before(async () => {
    folder = await authorFolder();
  });
  after(() => folder.remove());

  const sourceError = async (file: string): Promise<SourceError> => {
    try {
      await loadModel(file);
    } catch (error) {
      assert.ok(error instanceof SourceError, error instanceof Error ? error.stack : String(error));
      return error;
    }
    return assert.fail('the model file was accepted');
  };
  const userError = async (file: string, sentence: RegExp, exportName?: string) => {
    await assert.rejects(
      loadModel(file, exportName === undefined ? {} : { exportName }),
      (error: unknown) => {
        assert.ok(error instanceof UserError && !(error instanceof SourceError), String(error));
        assert.match(error.message, sentence);
        assert.doesNotMatch(error.message, /\n/);
        return true;
      },
    );
  };

  it('loads a default export, or a named one, from a folder without a package.json', async () => {
    const file = await folder.write(
      'two.ts',
      `interface Named { readonly kind: 'program'; readonly name: string }
       export const other: Named = { kind: 'program', name: 'other' };
       export default { kind: 'program', name: 'first' } satisfies Named;`,
    );
    assert.equal((await loadModel(file)).name, 'first');
    assert.equal((await loadModel(file, { exportName: 'other' })).name, 'other');
    await userError(file, /has no export 'third'; it exports other: choose .* --export .*other/, 'third');
  });

  it('loads a model whose parts are in a file beside it, which imports this package too', async () => {
    const part = "import { linear } from 'flamingo-onnx';\nexport const layer = linear(2, 3);\n";
    await folder.write('beside/part.ts', part);
    const file = await folder.write(
      'beside/model.ts',
      `import { graph } from 'flamingo-onnx';
       import { layer } from './part.ts';
       export default graph({
         name: 'beside',
         inputs: { x: { dtype: 'float32', shape: ['batch', 2] } },
         parts: { layer },
         outputs: ({ x }) => ({ y: layer(x) }),
       });`,
    );
    assert.deepEqual([...(await loadModel(file)).parameters.keys()], ['layer.weight', 'layer.bias']);
  });

  it('shows a type error in its line, with the sentence alone', async () => {
    const file = await folder.write(
      'sentence.ts',
      `type Message = "✗ unknown axis 'e' on the right of ->; the left has: b t h d";
declare function rearrange<P extends string>(pattern: P extends 'b' ? P : Message): void;
export function build(): void {
	rearrange('b t (h d) -> b h t e');
}
`,
    );
    const { findings, message } = await sourceError(file);
    assert.equal(findings.length, 1);
    assert.ok(
      message.endsWith("sentence.ts:4:12: unknown axis 'e' on the right of ->; the left has: b t h d"),
    );
    const [, ...frame] = renderFindings(findings).split('\n');
    assert.deepEqual(frame.slice(1), [
      '  |',
      "4 | \trearrange('b t (h d) -> b h t e');",
      `  | \t          ${'^'.repeat(22)}`,
    ]);
  });

  it('keeps quotes and backslashes of a sentence as they are', async () => {
    const file = await folder.write(
      'quotes.ts',
      `declare function f(x: '✗ expected "a\\\\b" here'): void;\nf('');\n`,
    );
    assert.deepEqual(
      (await sourceError(file)).findings.map(({ sentence }) => sentence),
      ['expected "a\\b" here'],
    );
  });

  it("shows TypeScript's own errors in one line, of imported files too, each once", async () => {
    await folder.write('helper.ts', 'export const size: number = "wide";\n');
    const file = await folder.write(
      'importing.ts',
      `import { size } from './helper.ts';\nconst options = { a: { b: size } } satisfies { a: { b: string } };\nexport default options;\n`,
    );
    const { findings, message } = await sourceError(file);
    assert.deepEqual(
      findings.map(({ sentence, line, column }) => ({ sentence, line, column })),
      [
        { sentence: "Type 'string' is not assignable to type 'number'. (TS2322)", line: 1, column: 14 },
        { sentence: "Type 'number' is not assignable to type 'string'. (TS2322)", line: 2, column: 24 },
      ],
    );
    assert.match(message, /\(and 1 more\)$/);
  });

  it('checks a file anew each time', async () => {
    const broken = await folder.write('changing.ts', 'export const size: number = "wide";\n');
    await sourceError(broken);
    await folder.write('changing.ts', 'export const size: number = 3;\n');
    await userError(broken, /no default export; it exports size/);
  });

  it('is as strict as the project itself', async () => {
    const file = await folder.write(
      'strict.ts',
      `const list = [1, 2];\nexport const first: number = list[0];\nexport function f(x) { return x; }\n`,
    );
    const sentences = (await sourceError(file)).findings.map(({ sentence }) => sentence);
    assert.match(
      sentences.join('\n'),
      /'number \| undefined' is not assignable to type 'number'.*\n.*implicitly has an 'any' type/,
    );
  });

  it("knows Node's own modules and globals", async () => {
    const file = await folder.write(
      'node.ts',
      `import { sep } from 'node:path';\nif (sep.length === 0) console.log(process.version);\nexport default { kind: 'program', name: sep };\n`,
    );
    assert.equal((await loadModel(file)).name, '/');
  });

  it('reports a syntax error in its line', async () => {
    const file = await folder.write('syntax.ts', 'const a = ;\nexport default a;\n');
    const { findings } = await sourceError(file);
    assert.deepEqual({ line: findings[0]?.line, column: findings[0]?.column }, { line: 1, column: 11 });
  });

  it('shows a mistake found while the model is built in its line', async () => {
    const file = await folder.write(
      'building.ts',
      `${PRELUDE}interface Padding {\n  a: number;\n}\nfunction build(): Tensor {\n  return apply(double, [input(1, 2, 3)], {});\n}\nexport default build();\n`,
    );
    const { findings } = await sourceError(file);
    const [finding] = findings;
    assert.equal(finding?.sentence, 'double takes at most 2 axes, but x has 3');
    assert.equal(finding?.source, '  return apply(double, [input(1, 2, 3)], {});');
    assert.equal(finding?.line, 12);
    assert.equal(finding?.column, 10);
    assert.equal(finding?.length, 'apply(double, [input(1, 2, 3)], {})'.length);
  });

  it("shows a mistake of a block in a slot where the author fills it, not in this package's lines", async () => {
    const file = await folder.write(
      'slot.ts',
      `import { block, clipVit, visionEncoder } from 'flamingo-onnx';
const clip = clipVit({ image: 28, patch: 14, dim: 32, layers: 1, heads: 4 });
const encoder = block('Wrapped', {
  sizes: ['dim'],
  takes: ['images 3 height width'],
  gives: 'images tokens dim',
  parts: () => ({ clip: clip.parts }),
  forward: (_, pixels) => clip.encode(pixels),
});
export const vision = visionEncoder({ image: 28, encoder: encoder({ dim: 48 }) });
`,
    );
    const { findings } = await sourceError(file);
    assert.deepEqual(
      findings.map(({ sentence, file, line, calledFrom }) => ({ sentence, file, line, calledFrom })),
      [
        {
          sentence: 'Wrapped gives images tokens dim, but forward returns [images, 4, 32]',
          ...{ file, line: 10, calledFrom: undefined },
        },
      ],
    );
  });

  it('says where a file threw, in one sentence', async () => {
    const file = await folder.write(
      'throwing.ts',
      `interface Padding {\n  a: number;\n}\nexport default JSON.parse('{') as Padding;\n`,
    );
    await userError(
      file,
      /throwing\.ts:4:21: the model file threw while it was being run: SyntaxError: .*[^.]\.$/,
    );
    const others = [
      ["new RangeError('no room\\nat all')", /: RangeError: no room\.$/],
      ["new Error('Is it there?')", /: Error: Is it there\?$/],
      ["new Error('Mend it.')", /: Error: Mend it\.$/],
      ["'no error'", /: no error\.$/],
      ['new Error()', /: Error\.$/],
    ] as const;
    for (const [index, [thrown, words]] of others.entries())
      await userError(await folder.write(`throws-${index}.ts`, `throw ${thrown};\nexport {};\n`), words);
  });

  it('says what a file without a model exports', async () => {
    await userError(
      await folder.write('empty.ts', 'export {};\n'),
      /has no default export; it exports nothing/,
    );
    const file = await folder.write('config.ts', 'export const a = 1;\nexport default () => a;\n');
    await userError(file, /default export of .*config\.ts is a function, not a model; it exports a/);
    const recipe = await folder.write('recipe.ts', "export default { kind: 'recipe' } as const;\n");
    await userError(recipe, /is a recipe \(flamingo train takes it\), not a model; it exports nothing else/);
  });

  it('refuses what is not a TypeScript file', async () => {
    await userError(`${folder.path}/missing.ts`, /There is no model file .*missing\.ts/);
    await userError(folder.path, /is not a TypeScript file/);
    await userError(await folder.write('model.json', '{}'), /is not a TypeScript file/);
  });
});
