import { existsSync } from 'node:fs';
import { Project, ts } from 'ts-morph';
import { type FileAnswers, forgetAnswers, noteAnswers } from './file-answers.ts';
import { isOwnFile, nodeTypesFolder, ownModules } from './own-package.ts';
import type { Finding } from './source-error.ts';

/**
 * The project's own strictness, for a file that may lie anywhere: whatever package or tsconfig surrounds it, it is an
 * ES module, and `flamingo-onnx` means this instance of the package.
 */
const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts'],
  types: [],
  module: ts.ModuleKind.Preserve,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  moduleDetection: ts.ModuleDetectionKind.Force,
  allowImportingTsExtensions: true,
  resolveJsonModule: true,
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noImplicitOverride: true,
  noFallthroughCasesInSwitch: true,
  isolatedModules: true,
  skipLibCheck: true,
  noErrorTruncation: true,
  noEmit: true,
  paths: Object.fromEntries(Object.entries(ownModules('types')).map(([name, path]) => [name, [path]])),
};

/**
 * Codes of 'Cannot find name/module' where Node's declarations may be what is missing. Loading those takes longer than
 * all the rest, and most model files do without, so they are loaded on the first sign of need.
 */
const MAY_NEED_NODE = new Set([2304, 2307, 2503, 2580, 2584, 2591, 2688, 2792]);

/** What was found in a file. */
export interface Checked {
  /** Every mistake, in the order of the files; empty when there is none. */
  readonly findings: readonly Finding[];
  /** All that the file system has been asked for it, and has answered; also what only files that were checked before need. */
  readonly answers: readonly FileAnswers[];
}

/** A project, with what it has asked of the file system. */
interface NotedProject {
  readonly project: Project;
  readonly answers: Map<string, string>;
}

type CheckedFinding = Finding & { readonly code: number };

interface CheckedFiles {
  readonly findings: readonly CheckedFinding[];
  readonly files: readonly string[];
  readonly answers: FileAnswers;
}

/**
 * Type-checks authors' files. What they have in common is kept, so that a process which checks several reads the
 * language's library and this package once.
 */
export class TypeChecker {
  /** By whether they have Node's declarations. */
  readonly #projects = new Map<boolean, NotedProject>();
  /** By file, what it was made of when it was checked last. */
  readonly #lastFiles = new Map<string, readonly string[]>();

  /**
   * Checks a file and the files of the author's that it imports.
   *
   * @param file absolute path
   */
  check(file: string): Checked {
    const { findings, answers } = this.#check(file, false);
    const needsNode = findings.some(({ code }) => MAY_NEED_NODE.has(code));
    if (!needsNode || nodeTypesFolder() === undefined) return { findings, answers: [answers] };
    const again = this.#check(file, true);
    return { findings: again.findings, answers: [answers, again.answers] };
  }

  /**
   * The author's files that a file was made of when it was checked last: itself, and those that it imports, declarations
   * and the JavaScript behind them among them.
   */
  authorFiles(file: string): readonly string[] {
    return this.#lastFiles.get(file) ?? this.#check(file, false).files;
  }

  #check(file: string, withNode: boolean): CheckedFiles {
    const kept = this.#projects.get(withNode) ?? makeProject(withNode);
    this.#projects.set(withNode, kept);
    const { project, answers } = kept;
    project.addSourceFileAtPath(file);
    const program = project.getProgram().compilerObject;
    const findings: CheckedFinding[] = [];
    const seen = new Set<string>();
    const authors = program.getSourceFiles().filter((each) => isAuthors(each, file));
    const files = authors.map(({ fileName }) => fileName);
    for (const checked of authors) {
      // What a declaration is wrong in is said where it is used.
      if (checked.isDeclarationFile) continue;
      const syntactic = program.getSyntacticDiagnostics(checked);
      for (const diagnostic of syntactic.length > 0 ? syntactic : program.getSemanticDiagnostics(checked)) {
        const finding = describe(diagnostic, checked);
        const key = `${finding.file}:${finding.line}:${finding.sentence}`;
        if (!seen.has(key)) findings.push(finding);
        seen.add(key);
      }
    }
    this.#lastFiles.set(file, [...files, ...files.flatMap(declaredBy)]);
    const checked = { findings, files, answers: new Map(answers) };
    // Authors' files may change, or not belong to the next model at all; the library and this package stay.
    for (const each of files) {
      project.addSourceFileAtPathIfExists(each)?.forget();
      forgetAnswers(answers, each);
    }
    return checked;
  }
}

/** The one of this process. */
export const typeChecker = new TypeChecker();

/** Every mistake in an author's file and the files of the author's that it imports, in the order of the files. */
export function typeCheck(file: string): readonly Finding[] {
  return typeChecker.check(file).findings;
}

function makeProject(withNode: boolean): NotedProject {
  const typesFolder = withNode ? nodeTypesFolder() : undefined;
  const nodeOptions = typesFolder === undefined ? {} : { types: ['node'], typeRoots: [typesFolder] };
  const answers = new Map<string, string>();
  const project = new Project({
    compilerOptions: { ...OPTIONS, ...nodeOptions },
    fileSystem: noteAnswers(new Project({ skipLoadingLibFiles: true }).getFileSystem(), answers),
    skipAddingFilesFromTsConfig: true,
    skipFileDependencyResolution: true,
  });
  return { project, answers };
}

function isAuthors(file: ts.SourceFile, entry: string): boolean {
  if (file.fileName.includes('/node_modules/')) return false;
  return file.fileName === entry || !isOwnFile(file.fileName);
}

function describe(diagnostic: ts.Diagnostic, file: ts.SourceFile): CheckedFinding {
  const start = diagnostic.start ?? 0;
  const { line, character } = file.getLineAndCharacterOfPosition(start);
  const source = file.text.split(/\r?\n/)[line] ?? '';
  const length = Math.max(1, Math.min(diagnostic.length ?? 1, source.length - character));
  const sentence = plainSentence(
    ts.flattenDiagnosticMessageText(diagnostic.messageText, '\n'),
    diagnostic.code,
  );
  return {
    sentence,
    file: file.fileName,
    line: line + 1,
    column: character + 1,
    length,
    source,
    code: diagnostic.code,
  };
}

/**
 * The sentence alone when the checker's message carries one of ours, which stands in it as a string literal type:
 * `Argument of type '"b t"' is not assignable to parameter of type '"✗ unknown axis 't'"'`, or as a template that is open at
 * its end, `✗ unknown axis 't'${string}`, in the place of a text. Otherwise TypeScript's
 * first line with its code, without the lines of derivation under it.
 */
export function plainSentence(message: string, code: number): string {
  // TypeScript 5.9 and 6 escape the mark within a template.
  const open = /`(?:✗|\\u2717) ?((?:[^`\\]|\\.)*?)\$\{string\}`/.exec(message)?.[1];
  if (open !== undefined) return unescapeLiteral(open);
  const literal = /"✗ ?((?:[^"\\]|\\.)*)"/.exec(message)?.[1];
  if (literal !== undefined) return unescapeLiteral(literal);
  const bare = /✗ ?(.*)/.exec(message)?.[1];
  if (bare !== undefined) return bare;
  const [first = message] = message.split('\n');
  return `${first} (TS${code})`;
}

function unescapeLiteral(text: string): string {
  return text.replace(/\\(u[0-9a-fA-F]{4}|.)/g, (_all, code: string) => {
    if (code.startsWith('u') && code.length === 5)
      return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return { n: '\n', t: '\t', r: '\r' }[code] ?? code;
  });
}

/** The JavaScript that a declaration file stands beside, where it does. */
function declaredBy(file: string): readonly string[] {
  const script = file.replace(/\.d\.([cm]?)ts$/, '.$1js');
  return script !== file && existsSync(script) ? [script] : [];
}
