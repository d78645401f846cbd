import { layoutBranches, layoutDecode } from '../prompt/layout.ts';
import type { SpecialTokenIds } from '../tokenizer.ts';
import type { LanguageGraph } from './language-graph.ts';
import type { ReadText } from './read-text.ts';
import { requireNumbers, type TokenDistribution } from './token-distribution.ts';

/** Continuations that are read side by side where each has a row of its own. */
const BRANCHES_AT_ONCE = 8;

/** Of one row the tokens of its alternative continuations, of which none is empty. */
type Branches = readonly (readonly number[])[];

/**
 * Reads alternative continuations of each row of a text, which itself stays as it is.
 *
 * @param rows a row may have none
 * @returns For each row, branch and token what may follow the token.
 */
export async function scoreBranches(
  graph: LanguageGraph,
  special: SpecialTokenIds,
  text: ReadText,
  rows: readonly Branches[],
): Promise<TokenDistribution[][][]> {
  if (graph.settings.states !== undefined) {
    const found: TokenDistribution[][][] = [];
    for (const [row, branches] of rows.entries())
      found.push(await scoreApart(graph, special, text, row, branches));
    return found;
  }
  const { padding } = special;
  // A row that has nothing to read reads one token for nobody.
  const sequences = rows.map((branches, row) => ({
    branches: branches.length === 0 ? [[padding]] : branches,
    past: text.cache.mask(row),
  }));
  const { sideBySide = false } = text.cache;
  const layout = layoutBranches(sequences, { padding, sideBySide });
  const next = await graph.score(layout, text.cache, await text.nextFeeds(layout));
  requireNumbers(next);
  const rest = next.values();
  const read = sequences.map(({ branches }) => perToken(branches, rest));
  return rows.map((branches, row) => (branches.length === 0 ? [] : (read[row] ?? [])));
}

/** The same of a model with recurrences, whose state would go from one branch to the next: each has a row of its own. */
async function scoreApart(
  graph: LanguageGraph,
  special: SpecialTokenIds,
  text: ReadText,
  row: number,
  branches: Branches,
): Promise<TokenDistribution[][]> {
  const found: TokenDistribution[][] = [];
  const { lengths } = text.cache;
  for (let first = 0; first < branches.length; first += BRANCHES_AT_ONCE) {
    const some = branches.slice(first, first + BRANCHES_AT_ONCE);
    const rows = some.map(() => row);
    const cache = graph.newCache({ rows: 0, mostLength: Math.max(...lengths) });
    try {
      await cache.join(text.cache);
      await cache.select(rows);
      const layout = layoutDecode(
        some.map((tokens) => ({ tokens, past: cache.mask(0) })),
        { ...special, wanted: some.map((tokens) => [...tokens.keys()]) },
      );
      const next = await graph.score(layout, cache, await text.nextFeeds(layout, rows));
      requireNumbers(next);
      found.push(...perToken(some, next.values()));
    } finally {
      cache.release();
    }
  }
  return found;
}

/** For each token of each branch the next of what follows. */
function perToken(branches: Branches, rest: Iterator<TokenDistribution, undefined>): TokenDistribution[][] {
  return branches.map((branch) => branch.flatMap(() => rest.next().value ?? []));
}
