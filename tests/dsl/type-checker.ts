import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Node, Project, type SourceFile, type Type, TypeFormatFlags } from 'ts-morph';
import { plainSentence } from '../../compiler/frontend/type-check.ts';
import { ROOT } from '../frontend/author-folder.ts';

/** The project's files as the type checker sees them, without being run. Made once: reading the DSL takes seconds. */
const project = new Project({
  tsConfigFilePath: join(ROOT, 'tsconfig.json'),
  skipAddingFilesFromTsConfig: true,
  compilerOptions: { noErrorTruncation: true },
});

/** A file of the clone, by its path from the clone's root. */
export function sourceFile(path: string): SourceFile {
  return project.addSourceFileAtPath(join(ROOT, path));
}

/** A file that exists for the type checker only. */
export function madeFile(path: string, text: string): SourceFile {
  return project.createSourceFile(join(ROOT, path), text, { overwrite: true });
}

/** How many types the checker has instantiated so far. */
export function instantiations(): number {
  return project.getProgram().compilerObject.getInstantiationCount();
}

/** How many types the checker instantiates for each of several files without mistakes, one after the other. */
export function costsOf(files: readonly SourceFile[]): readonly number[] {
  const program = project.getProgram().compilerObject;
  return files.map((file) => {
    const before = program.getInstantiationCount();
    assert.deepEqual(program.getSemanticDiagnostics(file.compilerNode), []);
    return program.getInstantiationCount() - before;
  });
}

export interface TypeError {
  readonly start: number;
  readonly line: number;
  readonly sentence: string;
}

export function errorsOf(file: SourceFile): readonly TypeError[] {
  return file.getPreEmitDiagnostics().map((diagnostic) => {
    const message = diagnostic.getMessageText();
    const text = typeof message === 'string' ? message : chain(message);
    return {
      start: diagnostic.getStart() ?? 0,
      line: diagnostic.getLineNumber() ?? 0,
      sentence: plainSentence(text, diagnostic.getCode()),
    };
  });
}

function chain(message: { getMessageText(): string; getNext(): readonly unknown[] | undefined }): string {
  const next = message.getNext() ?? [];
  return [message.getMessageText(), ...next.map((one) => chain(one as typeof message))].join('\n');
}

/** The elements of an exported table, `export const name = [...]`. */
export function rowsOf(file: SourceFile, name: string): readonly Node[] {
  const rows = file.getVariableDeclarationOrThrow(name).getInitializer();
  if (!Node.isArrayLiteralExpression(rows)) throw new Error(`${name} is not written as an array`);
  return rows.getElements();
}

/** What an arrow function gives, as the types know it: `'float32 [batch, ?]'`; several tensors in a row. */
export function givenBy(arrow: Node): string {
  if (!Node.isArrowFunction(arrow)) throw new Error(`not an arrow function: ${arrow.getText()}`);
  return describeTensors(arrow.getReturnType(), arrow);
}

export function describeTensors(type: Type, at: Node): string {
  const elements = type.isTuple() ? type.getTupleElements() : [type];
  return elements.map((element) => describeTensor(element, at)).join('; ');
}

function describeTensor(type: Type, at: Node): string {
  const dtype = type.getProperty('dtype')?.getTypeAtLocation(at).getLiteralValue();
  const shape = type.getProperty('shape')?.getTypeAtLocation(at);
  if (typeof dtype !== 'string' || shape === undefined || !shape.isTuple())
    return type.getText(at, TypeFormatFlags.NoTruncation);
  const sizes = shape.getTupleElements().map((size) => size.getLiteralValue() ?? '?');
  return `${dtype} [${sizes.join(', ')}]`;
}
