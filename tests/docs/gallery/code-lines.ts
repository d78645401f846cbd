import { Node, Project } from 'ts-morph';

/**
 * Lines of code of what a model is made of: the blocks, functions and types of its file. Left out are imports, comments,
 * empty lines, and the small models that the file makes of them.
 */
export function codeLines(file: string): number {
  const source = new Project({ skipLoadingLibFiles: true }).addSourceFileAtPath(file);
  const counted = source.getStatements().filter((statement) => {
    if (Node.isFunctionDeclaration(statement) || Node.isInterfaceDeclaration(statement)) return true;
    if (!Node.isVariableStatement(statement)) return false;
    return statement.getDeclarations().some((declaration) => {
      const value = declaration.getInitializer();
      return (
        Node.isArrowFunction(value) ||
        Node.isStringLiteral(value) ||
        (Node.isCallExpression(value) && value.getExpression().getText() === 'block')
      );
    });
  });
  return counted
    .flatMap((statement) => statement.getText().split('\n'))
    .filter((line) => !/^\s*(\/\/|\/?\*|$)/.test(line)).length;
}
