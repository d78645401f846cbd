import { targetOf } from '../../compiler/target/target.ts';
import { kernelCases } from './kernel-cases.ts';
import { type TriedCase, tryCase } from './try-case.ts';

/** What a child is told: arguments of the process. */
export type ChildOrder = {
  readonly target: string;
  readonly provider: string;
  readonly first: number;
  readonly compares: boolean;
  /** What the names of cases have in them; empty: all. */
  readonly only: string;
};

/** What it tells: that it begins with a case, what became of it, and that none is left. */
export type ChildReport =
  | { readonly kind: 'begins'; readonly index: number; readonly name: string }
  | { readonly kind: 'tried'; readonly tried: TriedCase }
  | { readonly kind: 'ends' };

const {
  target: targetName,
  provider,
  first,
  compares,
  only,
}: ChildOrder = JSON.parse(process.argv[2] ?? '{}');
const target = targetOf(targetName);
let index = -1;
for (const { name, make } of kernelCases(target)) {
  index += 1;
  if (index < first || !name.includes(only)) continue;
  const made = make();
  await tell({ kind: 'begins', index, name });
  await tell({ kind: 'tried', tried: await tryCase(made, target, provider, compares) });
}
await tell({ kind: 'ends' });
process.disconnect();

/** Waits until it is on its way: the next case may end the process. */
function tell(report: ChildReport): Promise<void> {
  return new Promise((resolve, reject) => {
    process.send?.(report, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
}
