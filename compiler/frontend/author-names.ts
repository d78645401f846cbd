import { type CallExpression, type JSDoc, Node } from 'ts-morph';
import { type CallSite, originalCallSite } from '../../dsl/call-site.ts';
import { type Graph, operationsOf } from '../../dsl/graph.ts';
import type { Operation } from '../../dsl/tensor.ts';
import type { AuthorName } from '../onnx/lower.ts';
import { callAt, calleeName } from './call-at.ts';

/**
 * Finds what the author called the value of each operation of a graph, by the call expression at its call site:
 *
 * - `const q = linear(x, w)` is `q`, and so is `q = linear(x, w)`, and `{ q: linear(x, w) }`;
 * - in `const y = gelu(linear(x, w))` the outer call is `y` and the inner one `y.linear`;
 * - where one call of the author's makes several operations, the last is `q` and the others `q.scale`, by operator;
 * - a call whose value gets no name has none.
 *
 * `doc` is the JSDoc text of the function or declaration that the call stands in, innermost first.
 *
 * @param graph the graph that is to be named, after any passes: they keep call sites
 */
export function authorNames(graph: Graph): (operation: Operation) => AuthorName | undefined {
  const inner = innerOperations(graph);
  const written = new Map<string, AuthorName | undefined>();
  return (operation) => {
    const { callSite, operator } = operation;
    if (callSite === undefined) return undefined;
    const key = siteKey(callSite);
    if (!written.has(key)) written.set(key, nameAt(callSite));
    const found = written.get(key);
    if (found?.name === undefined || !inner.has(operation)) return found;
    return { ...found, name: `${found.name}.${operator.name}` };
  };
}

function siteKey({ file, line, column }: CallSite): string {
  return `${file}:${line}:${column}`;
}

/** Operations whose result only feeds others of the same call: steps of it, not its value. */
function innerOperations(graph: Graph): ReadonlySet<Operation> {
  const inner = new Set<Operation>();
  for (const operation of operationsOf(graph)) {
    for (const input of operation.inputs) {
      if (input?.source.kind !== 'operation') continue;
      const { operation: producer } = input.source;
      if (isSameCall(producer, operation)) inner.add(producer);
    }
  }
  return inner;
}

function isSameCall(a: Operation, b: Operation): boolean {
  if (a.callSite === undefined || b.callSite === undefined) return false;
  return siteKey(a.callSite) === siteKey(b.callSite) && a.scope.join('/') === b.scope.join('/');
}

function nameAt(site: CallSite): AuthorName | undefined {
  const call = callAt(originalCallSite(site));
  return call === undefined ? undefined : { name: valueName(call), doc: documentation(call) };
}

/** Climbs from the call to whatever gives its value a name, and stops at the function or statement around it. */
function valueName(call: CallExpression): string | undefined {
  let nested = false;
  for (let node: Node | undefined = call; node !== undefined; node = node.getParent()) {
    const parent = node.getParent();
    const name = parent && nameGivenBy(parent, node);
    if (name !== undefined) return nested ? [name, calleeName(call)].join('.') : name;
    if (parent === undefined || Node.isStatement(parent) || Node.isFunctionLikeDeclaration(parent))
      return undefined;
    if (Node.isArrowFunction(parent) || Node.isFunctionExpression(parent)) return undefined;
    nested ||= Node.isCallExpression(parent) && parent.getExpression() !== node;
    nested ||= Node.isPropertyAccessExpression(parent) || Node.isElementAccessExpression(parent);
  }
  return undefined;
}

function nameGivenBy(parent: Node, value: Node): string | undefined {
  if (Node.isVariableDeclaration(parent) || Node.isPropertyAssignment(parent)) {
    const name = parent.getNameNode();
    if (Node.isIdentifier(name)) return name.getText();
    return Node.isStringLiteral(name) ? name.getLiteralText() : undefined;
  }
  if (Node.isBinaryExpression(parent) && parent.getRight() === value) {
    const target = parent.getLeft();
    const assigns = parent.getOperatorToken().getText() === '=';
    if (assigns && Node.isIdentifier(target)) return target.getText();
    if (assigns && Node.isPropertyAccessExpression(target)) return target.getName();
  }
  return undefined;
}

/** The nearest JSDoc around the call: of its function, of the variable that holds the function, or of the block. */
function documentation(call: CallExpression): string | undefined {
  for (const node of call.getAncestors()) {
    const docs: readonly JSDoc[] = Node.isJSDocable(node) ? node.getJsDocs() : [];
    const text = docs.at(-1)?.getCommentText()?.trim();
    if (text !== undefined && text !== '') return text;
  }
  return undefined;
}
