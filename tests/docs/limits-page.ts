import { LIMITS, type Limit } from '../../dsl/limits.ts';

/** `docs/limits.md`, made of the table that the readers themselves use. */
export function limitsPage(): string {
  const limits: readonly Limit[] = Object.values(LIMITS);
  const rows = limits.map(({ most, of, because }) => `| ${most.toLocaleString('en')} | ${of} | ${because} |`);
  return `# Limits of what is read

Every file that the project opens may come from a stranger. Readers open regular files alone (no pipes, no devices), run
nothing, and refuse in one sentence what is larger, deeper or more than this table says (\`dsl/limits.ts\`, of which
this page is made by \`node --import tsx tests/docs/write-limits.ts\`). There are no clocks: the sizes are such that
what is accepted is read in bounded memory and time.

\`npm run fuzz -- --files 100000 --seed 1 [reader…]\` reads damaged and hostile files with every reader (weights,
pickles, indices of shards, configs, tokenizers, manifests, tasks, prepared tasks, benchmarks, pictures, fusion rules, patterns of axes), each in a
process of its own. A crash, more than 2 s of computing for one file, growth by more than 300 MB, and any refusal that
is not a sentence are findings: the file is kept, and the exit code is 1. Seed and number say which file it was. A
bounded part runs with the tests. (Linux alone tells how much memory and time a process takes.)

| at most | of what | because |
|---|---|---|
${rows.join('\n')}
`;
}
