import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { lowerGraph } from '../../compiler/onnx/lower.ts';
import { decompose } from '../../compiler/passes/decompose.ts';
import { targetOf } from '../../compiler/target/target.ts';
import * as words from '../../dsl/author-operators.ts';
import { einsum } from '../../dsl/einops/einsum.ts';
import { rearrange } from '../../dsl/einops/rearrange.ts';
import { reduce } from '../../dsl/einops/reduce.ts';
import { repeat } from '../../dsl/einops/repeat.ts';
import type { Graph } from '../../dsl/graph.ts';
import * as layers from '../../dsl/layers/index.ts';
import { openGraph } from '../operators/build-case.ts';
import { OPERATOR_CASES } from '../operators/cases/index.ts';
import { OPERATOR_NAMES, type OperatorNames } from './operator-names.ts';
import { describedFunctions, operatorsPage } from './operators-page.ts';

/** Words that compute nothing by themselves: what operators are made with. */
const HELPERS = ['alibiSlopes', 'lastTwoSwapped', 'lowerReshape', 'operands'];
const PATTERNS = { einsum, rearrange, reduce, repeat };

/** The ONNX nodes of the graphs, those of ONNX Runtime with their domain. */
function nodesOf(graphs: readonly Graph[]): ReadonlySet<string> {
  const lowered = graphs.flatMap((graph) =>
    [true, false].map((fusion) =>
      lowerGraph(decompose(graph, { fusion }), { target: targetOf('cpu'), fusion }),
    ),
  );
  return new Set(
    lowered.flatMap(({ nodes }) =>
      nodes.map(({ domain, type }) => (domain === '' ? type : `${domain}.${type}`)),
    ),
  );
}

describe('docs/operators.md', () => {
  const rows = Object.values(OPERATOR_NAMES).flatMap((section) => Object.entries(section));

  it('says what the code says', () => {
    assert.equal(
      readFileSync('docs/operators.md', 'utf8'),
      operatorsPage(),
      'docs/operators.md is stale: node --import tsx tests/docs/write-operators.ts writes it',
    );
  });

  it('has every operator, pattern and layer once, with a description', () => {
    const exported = [...Object.keys(words), ...Object.keys(PATTERNS), ...Object.keys(layers)].filter(
      (name) => !HELPERS.includes(name),
    );
    assert.deepEqual(rows.map(([name]) => name).sort(), [...new Set(exported)].sort());
    const functions = describedFunctions();
    for (const [name] of rows) assert.match(functions.get(name)?.first ?? '', /^\S.*\.$/, name);
  });

  it('names the ONNX nodes that each operator is written as', () => {
    const functions = describedFunctions();
    const own = new Set(Object.keys(words));
    const byFile = new Map<string, readonly [string, OperatorNames][]>();
    for (const row of rows) {
      const file = functions.get(row[0])?.file ?? '';
      if (own.has(row[0])) byFile.set(file, [...(byFile.get(file) ?? []), row]);
    }
    for (const [file, operators] of byFile) {
      const nodes = nodesOf(OPERATOR_CASES.filter((each) => each.file === file).map(openGraph));
      for (const [name, { onnx, writtenAs = onnx === undefined ? [] : [onnx] }] of operators)
        for (const node of writtenAs)
          assert.ok(nodes.has(node), `${name}: ${node} among ${[...nodes].join(' ')}`);
    }
  });
});
