import { readFileSync } from 'node:fs';
import { type CallExpression, Node, Project, type SourceFile, SyntaxKind } from 'ts-morph';
import type { CallSite } from '../../dsl/call-site.ts';
import { isOwnFile } from './own-package.ts';

/** Reads syntax only: no types, no imports, so a file costs milliseconds. */
const project = new Project({
  compilerOptions: { allowJs: true },
  skipAddingFilesFromTsConfig: true,
  skipFileDependencyResolution: true,
  skipLoadingLibFiles: true,
});

const parsed = new Map<string, SourceFile | undefined>();

/** Authors' files have changed: they are read again where they are asked for. */
export function forgetSources(): void {
  for (const path of parsed.keys()) if (!isOwnFile(path)) parsed.delete(path);
}

/** The call expression that an operation's call site points into; undefined when there is none there. */
export function callAt(site: CallSite): CallExpression | undefined {
  const file = parse(site.file);
  const starts = file?.compilerNode.getLineStarts();
  const lineStart = starts?.[site.line - 1];
  if (file === undefined || lineStart === undefined) return undefined;
  const position = lineStart + site.column - 1;
  // A call site is where the function's name stands: `f` in `f(x)` and `g` in `module.g(x)`; of `table[name](x)` and
  // `f?.(x)` it is the bracket before the arguments, or what a source map has for that.
  for (let node = file.getDescendantAtPos(position); node !== undefined; node = node.getParent()) {
    if (Node.isCallExpression(node) && containsName(node, position)) return node;
    if (Node.isStatement(node)) return undefined;
  }
  return undefined;
}

function containsName(call: CallExpression, position: number): boolean {
  const bracket = call.getFirstChildByKind(SyntaxKind.OpenParenToken);
  return call.getExpression().getStart() <= position && position <= (bracket?.getStart() ?? 0);
}

/** Where the function's name starts in the text of the file. */
export function nameStart(call: CallExpression): number {
  const callee = call.getExpression();
  return (Node.isPropertyAccessExpression(callee) ? callee.getNameNode() : callee).getStart();
}

/** The name by which a call calls its function: `linear` in `linear(x)` and in `dsl.linear(x)`. */
export function calleeName(call: CallExpression): string | undefined {
  const callee = call.getExpression();
  if (Node.isIdentifier(callee)) return callee.getText();
  return callee.asKind(SyntaxKind.PropertyAccessExpression)?.getName();
}

function parse(path: string): SourceFile | undefined {
  if (!parsed.has(path)) parsed.set(path, read(path));
  return parsed.get(path);
}

function read(path: string): SourceFile | undefined {
  try {
    return project.createSourceFile(path, readFileSync(path, 'utf8'), { overwrite: true });
  } catch {
    // The names in a source that is no longer there are a convenience that the compiler does without.
    return undefined;
  }
}
