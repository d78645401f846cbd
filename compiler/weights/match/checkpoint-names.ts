import type { CheckpointName, Program, RenamedWeight } from '../../../dsl/program/program.ts';

/** A name that a parameter may have in a file, and which part of the stored tensor it is. */
export interface Spelling {
  readonly name: string;
  readonly part?: RenamedWeight['part'];
}

/**
 * Every name that a parameter may have in a file, the model's own first. Rules apply to each other's results, so that
 * one may rename a prefix and another a member; none applies to what it has given itself.
 */
export function spellings(
  program: Pick<Program, 'aliases' | 'checkpointNames'>,
  name: string,
): readonly Spelling[] {
  const rules = program.checkpointNames.filter((rule) => 'ours' in rule);
  const aliases = [...program.aliases].filter(([, target]) => target === name).map(([alias]) => alias);
  const found = new Map<string, Spelling & { readonly applied: readonly RenamedWeight[] }>(
    [name, ...aliases].map((each) => [each, { name: each, applied: [] }]),
  );
  // A map is walked in the order of insertion, entries that are added on the way included.
  for (const { name, part: known, applied } of found.values()) {
    for (const rule of rules) {
      if (applied.includes(rule)) continue;
      const other = translate(rule, name);
      if (other === undefined || found.has(other)) continue;
      const part = rule.part ?? known;
      found.set(other, { name: other, applied: [...applied, rule], ...(part && { part }) });
    }
  }
  return [...found.values()];
}

/** Why a tensor that no parameter takes may be left aside; undefined when nobody said that it may. */
export function unusedReason(rules: readonly CheckpointName[], name: string): string | undefined {
  for (const rule of rules) {
    if ('unused' in rule && patternOf(rule.unused).test(name)) return rule.because;
  }
  return undefined;
}

/** What a rule makes of a name of ours; undefined for one that it does not fit. */
export function translate(
  { ours, theirs }: Pick<RenamedWeight, 'ours' | 'theirs'>,
  name: string,
): string | undefined {
  const match = patternOf(ours).exec(name);
  if (match === null) return undefined;
  let capture = 1;
  return theirs.replaceAll('*', () => match[capture++] ?? '');
}

const patterns = new Map<string, RegExp>();

/** A rule is asked about every parameter of a model; its pattern is made once. */
function patternOf(rule: string): RegExp {
  let pattern = patterns.get(rule);
  if (pattern === undefined) {
    pattern = new RegExp(`^${rule.split('*').map(escapeForPattern).join('(.*?)')}$`);
    patterns.set(rule, pattern);
  }
  return pattern;
}

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
