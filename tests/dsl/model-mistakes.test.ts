import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Project, ts } from 'ts-morph-typescript-5';
import { plainSentence } from '../../compiler/frontend/type-check.ts';
import { originalCallSite } from '../../dsl/call-site.ts';
import { ModelError } from '../../dsl/errors/model-error.ts';
import { ROOT } from '../frontend/author-folder.ts';
import { errorsOf, rowsOf, sourceFile } from './type-checker.ts';

const MISTAKES = 'tests/dsl/rejected/model-mistakes.ts';
const CONFIG = 'tests/dsl/rejected/model-mistakes.tsconfig.json';
const PAGE = join(ROOT, 'docs/mistakes.md');
/** So many of the mistakes the types must see. */
const LEAST_RED = 80;

type Mistakes = readonly (readonly [what: string, use: () => unknown])[];
/** Imported by a name that the project's type check does not follow: the file does not pass it, and must not. */
const { mistakes }: { readonly mistakes: Mistakes } = await import(
  new URL('./rejected/model-mistakes.ts', import.meta.url).href
);

/** A type error by its line. */
interface Finding {
  readonly line: number;
  readonly sentence: string;
}

/** What the project's own TypeScript says, which is 7. */
async function byTypeScript7(): Promise<readonly Finding[]> {
  const compiler = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  const run = promisify(execFile)(process.execPath, [compiler, '--project', CONFIG, '--pretty', 'false'], {
    cwd: ROOT,
  });
  const { stdout } = await run.then(
    () => ({ stdout: '' }),
    (error: { readonly stdout: string }) => error,
  );
  return stdout.split(/\n(?! )/).flatMap((message) => {
    const [, line, code, text = ''] = /\((\d+),\d+\): error TS(\d+): (.*)/s.exec(message) ?? [];
    return line === undefined ? [] : [{ line: Number(line), sentence: plainSentence(text, Number(code)) }];
  });
}

function byTypeScript59(): readonly Finding[] {
  assert.match(ts.version, /^5\.9\./);
  const project = new Project({
    tsConfigFilePath: join(ROOT, CONFIG),
    compilerOptions: { noErrorTruncation: true },
  });
  const file = project.getSourceFileOrThrow(join(ROOT, MISTAKES)).compilerNode;
  const program = project.getProgram().compilerObject;
  return program.getSemanticDiagnostics(file).map((diagnostic) => ({
    line: file.getLineAndCharacterOfPosition(diagnostic.start ?? 0).line + 1,
    sentence: plainSentence(ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'), diagnostic.code),
  }));
}

/** What building says, and that it says where; nothing where it does not see a mistake that the types see. */
function built(use: () => unknown, from: number, to: number, red: boolean): string {
  try {
    use();
  } catch (error) {
    if (red && error instanceof TypeError) return '';
    assert.ok(error instanceof ModelError, String(error instanceof Error ? error.stack : error));
    assert.ok(error.callSite, error.sentence);
    const { file, line } = originalCallSite(error.callSite);
    if (red && !file.endsWith('model-mistakes.ts')) return error.sentence;
    assert.ok(file.endsWith('model-mistakes.ts'), `${file}:${line}: ${error.sentence}`);
    // A block that stands beside the table is reported at its own line.
    assert.ok((line >= from && line <= to) || /Recursive/.test(error.sentence), `${line}: ${error.sentence}`);
    return error.sentence;
  }
  return '';
}

describe('mistakes in blocks and at joins', () => {
  const rows = () => rowsOf(sourceFile(MISTAKES), 'mistakes');
  const within = (row: ReturnType<typeof rows>[number], findings: readonly Finding[]) =>
    findings.filter(({ line }) => line >= row.getStartLineNumber() && line <= row.getEndLineNumber());

  it('are seen by the types or refused when the model is built, as docs/mistakes.md says (UPDATE_SNAPSHOTS=1 rewrites it)', async () => {
    const six = errorsOf(sourceFile(MISTAKES));
    const told = rows().map((row, index) => {
      const [what, use] = mistakes[index] ?? assert.fail('a row that is no mistake');
      const own = within(row, six);
      assert.ok(own.length <= 1, `${what}: ${own.map(({ sentence }) => sentence).join('\n')}`);
      const sentence = own[0]?.sentence;
      assert.ok(!sentence?.includes('\n'), sentence);
      const refused = built(use, row.getStartLineNumber(), row.getEndLineNumber(), sentence !== undefined);
      assert.ok(sentence !== undefined || refused !== '', `nobody sees ${what}`);
      return { what, sentence, refused };
    });
    const red = told.filter(({ sentence }) => sentence !== undefined).length;
    assert.ok(told.length >= 60 && red >= LEAST_RED, `${red} of ${told.length}`);
    assert.equal(six.length, red, 'errors outside of the table');
    const cell = (text: string) => text.replaceAll('|', '\\|');
    const table = told.map(
      ({ what, sentence, refused }) =>
        `| ${cell(what)} | ${cell(sentence ?? '')} | ${refused === sentence ? 'the same' : cell(refused)} |`,
    );
    const page = await readFile(PAGE, 'utf8').catch(() => '');
    const [before = ''] = page.split('<!-- the table -->');
    const counts = `The types see ${red} of these ${told.length} mistakes, and building refuses ${told.filter(({ refused }) => refused !== '').length} of them.`;
    const wanted = `${before}<!-- the table -->\n${counts}\n\n| mistake | the types say | building says |\n|---|---|---|\n${table.join('\n')}\n`;
    if (process.env.UPDATE_SNAPSHOTS === '1') await writeFile(PAGE, wanted);
    assert.equal(wanted, await readFile(PAGE, 'utf8'));
  });

  for (const [version, findings] of [
    ['5.9', async () => byTypeScript59()],
    ['7', byTypeScript7],
  ] as const) {
    it(`are seen by TypeScript ${version} at the same lines, one sentence each`, async () => {
      const found = await findings();
      const six = errorsOf(sourceFile(MISTAKES));
      for (const [index, row] of rows().entries()) {
        const [expected] = within(row, six);
        const own = within(row, found);
        assert.equal(
          own.length,
          expected === undefined ? 0 : 1,
          `${mistakes[index]?.[0]}: ${own.map(({ sentence }) => sentence).join('\n')}`,
        );
        assert.ok(!own[0]?.sentence.includes('\n'));
      }
      assert.equal(found.length, six.length);
    });
  }
});
