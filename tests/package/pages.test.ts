import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Project as Project6, ts as ts6 } from 'ts-morph';
import { Project as Project5, ts as ts5 } from 'ts-morph-typescript-5';
import { installedPackage, ROOT } from './installed-package.ts';

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

const CONFIG = {
  compilerOptions: {
    ...{ target: 'es2023', lib: ['es2023', 'esnext.disposable'], types: ['node'] },
    ...{ module: 'nodenext', strict: true, skipLibCheck: true, noEmit: true },
    // What is written in JavaScript says no types.
    ...{ allowJs: true, checkJs: true, noImplicitAny: false, useUnknownInCatchVariables: false },
  },
  include: ['*'],
};

/** What a bundler knows besides: docs/web.md shows Vite, which gives a file's address. */
const BUNDLER = "declare module '*?url' {\n  const address: string;\n  export default address;\n}\n";

/** What a piece that shows a part of a file leaves out, by how it begins. */
const IMPORTS: Readonly<Record<string, string>> = {
  'const feedForward = block(': "import { block, gelu, linear } from 'flamingo-onnx';\n",
};

/** The pieces of a page that are whole files, or become one by what is imported. */
function piecesOf(text: string): readonly { readonly ending: string; readonly code: string }[] {
  return [...text.matchAll(/^```(ts|js)\n(.*?)^```$/gms)].flatMap(([, language, code = '']) => {
    const [, imports = ''] = Object.entries(IMPORTS).find(([beginning]) => code.startsWith(beginning)) ?? [];
    const whole = imports + code;
    // An artifact's client is made with the artifact: client.test.ts has its types.
    return /^import /m.test(whole) && !/\/client\.mjs'/.test(whole)
      ? [{ ending: `m${language}`, code: whole }]
      : [];
  });
}

describe("the pages' code on the installed package", () => {
  let folder = '';

  before(async () => {
    folder = join(await installedPackage(), 'pages');
    await mkdir(folder);
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(CONFIG));
    await writeFile(join(folder, 'bundler.d.ts'), BUNDLER);
    const pages = [
      'README.md',
      ...(await readdir(join(ROOT, 'docs')))
        .filter((name) => name.endsWith('.md'))
        .map((name) => `docs/${name}`),
    ];
    let written = 0;
    for (const page of pages) {
      for (const { ending, code } of piecesOf(await readFile(join(ROOT, page), 'utf8'))) {
        written += 1;
        await writeFile(join(folder, `${page.replaceAll(/\W/g, '-')}-${written}.${ending}`), code);
      }
    }
    assert.ok(written > 10, `${written} pieces were found`);
  });

  it('type-checks under TypeScript 7', async () => {
    await promisify(execFile)(process.execPath, [TSC], { cwd: folder }).catch((error: { stdout?: string }) =>
      assert.fail(error.stdout),
    );
  });

  for (const [Project, version] of [
    [Project5, ts5.version],
    [Project6, ts6.version],
  ] as const) {
    it(`type-checks under TypeScript ${version.replace(/\.\d+$/, '')}`, () => {
      const project = new Project({ tsConfigFilePath: join(folder, 'tsconfig.json') });
      assert.ok(project.getSourceFiles().length > 10);
      assert.equal(
        project.formatDiagnosticsWithColorAndContext(project.getPreEmitDiagnostics() as never),
        '',
      );
    });
  }
});
