import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Project as Project6 } from 'ts-morph';
import { Project, ts } from 'ts-morph-typescript-5';
import { plainSentence, typeCheck } from '../../compiler/frontend/type-check.ts';
import { ROOT } from '../frontend/author-folder.ts';
import { results } from './author-blocks.ts';

const MISTAKES = 'tests/dsl/rejected/author-mistakes.ts';
const SNAPSHOT = fileURLToPath(new URL('./author-mistakes.txt', import.meta.url));

/** What the project's own TypeScript prints for the file of mistakes. */
async function compilerOutput(): Promise<string> {
  const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  const run = promisify(execFile)(
    process.execPath,
    [compiler, '--project', 'tests/dsl/rejected/tsconfig.json', '--pretty', 'false'],
    { cwd: ROOT },
  );
  const { stdout, code } = await run.then(
    () => ({ stdout: '', code: 0 }),
    (error: { readonly stdout: string; readonly code: number }) => error,
  );
  assert.notEqual(code, 0, 'the mistakes were accepted');
  return stdout;
}

/** The messages, each with the lines of derivation under it. */
function messages(
  output: string,
): readonly { readonly line: number; readonly code: number; readonly text: string }[] {
  return output.split(/\n(?! )/).flatMap((message) => {
    const [, line, code, text = ''] = /\((\d+),\d+\): error TS(\d+): (.*)/s.exec(message) ?? [];
    return line === undefined ? [] : [{ line: Number(line), code: Number(code), text }];
  });
}

/** The lines of the file's statements that are not about to prepare the mistakes: they bind no name. */
function statements(source: string): readonly { readonly first: number; readonly last: number }[] {
  const found: { first: number; last: number }[] = [];
  const lines = source.split('\n');
  for (const [index, text] of lines.entries()) {
    if (!/^[a-z]\w*\(/i.test(text)) continue;
    const last = lines.findIndex((line, place) => place >= index && line.endsWith(');'));
    found.push({ first: index + 1, last: last + 1 });
  }
  return found;
}

describe("authors' mistakes under the type checker", () => {
  let output: string;
  before(async () => {
    output = await compilerOutput();
  });

  it('are told in these words (UPDATE_SNAPSHOTS=1 rewrites author-mistakes.txt)', async () => {
    if (process.env.UPDATE_SNAPSHOTS === '1') await writeFile(SNAPSHOT, output);
    assert.equal(output, await readFile(SNAPSHOT, 'utf8'));
  });

  it('are one error each', async () => {
    const mistakes = statements(await readFile(`${ROOT}${MISTAKES}`, 'utf8'));
    assert.ok(mistakes.length > 30, `${mistakes.length} mistakes`);
    const errors = messages(output);
    for (const { first, last } of mistakes) {
      const own = errors.filter(({ line }) => line >= first && line <= last);
      assert.equal(own.length, 1, `lines ${first} to ${last} have ${own.length} errors`);
    }
    assert.equal(errors.length, mistakes.length);
  });

  it('are refused by TypeScript 5.9 too, an unknown option of a group in its own words', () => {
    assert.match(ts.version, /^5\.9\./);
    const project = new Project({
      tsConfigFilePath: `${ROOT}tests/dsl/rejected/tsconfig.json`,
      compilerOptions: { noErrorTruncation: true },
    });
    const file = project.getSourceFileOrThrow(`${ROOT}${MISTAKES}`).compilerNode;
    const found = project
      .getProgram()
      .compilerObject.getSemanticDiagnostics(file)
      .map((diagnostic) => {
        const line = file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1;
        const text = ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n');
        return `${line}: ${plainSentence(text, diagnostic.code)}`;
      });
    const expected = messages(output).map(({ line, code, text }) => `${line}: ${plainSentence(text, code)}`);
    assert.equal(found.length, expected.length);
    for (const [index, sentence] of found.entries()) {
      const [wanted = '', unknown] =
        /^\d+: \w+: \w+ has no option ('\w+')$/.exec(expected[index] ?? '') ?? [];
      if (unknown === undefined || sentence === wanted) assert.equal(sentence, expected[index]);
      else
        assert.ok(
          sentence.startsWith(wanted.split(' ')[0] ?? '') &&
            new RegExp(`(but|and) ${unknown} does not exist`).test(sentence),
        );
    }
  });

  it('are the same sentences when `flamingo compile` checks the file, which is by TypeScript 6', () => {
    assert.deepEqual(
      typeCheck(`${ROOT}${MISTAKES}`).map(({ line, sentence }) => `${line}: ${sentence}`),
      messages(output).map(({ line, code, text }) => `${line}: ${plainSentence(text, code)}`),
    );
  });
});

describe("authors' blocks with masks over cached keys, and with requirements within requirements", () => {
  const files = ['tests/dsl/author-blocks.ts', 'models/llama/llama.ts', 'models/opt/opt.ts'];

  // TypeScript 7 takes them in `npm run types`.
  it('are taken by TypeScript 5.9 and 6', () => {
    const options = { tsConfigFilePath: `${ROOT}tsconfig.json`, skipAddingFilesFromTsConfig: true };
    for (const project of [new Project(options), new Project6(options)]) {
      for (const path of files) {
        const file = project.addSourceFileAtPath(`${ROOT}${path}`);
        assert.deepEqual(
          file.getPreEmitDiagnostics().map((diagnostic) => diagnostic.getMessageText()),
          [],
          path,
        );
      }
    }
  });

  it('are built with the shapes that their types have', () => {
    assert.deepEqual(
      results.map(({ shape }) => shape),
      [
        ['batch', 'text', 64],
        ['batch', 'text', 128],
      ],
    );
  });
});
