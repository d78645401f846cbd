import type { TriedCase } from './try-case.ts';

/** An operator on some dtypes: what the table says of it, and who ran it. */
interface KernelVerdict {
  readonly what: string;
  readonly verdict:
    | 'as the table says'
    | 'the table has it, but it ran on the CPU'
    | 'the table lacks it, but the provider ran it'
    | 'it never ran';
  /** `CPU 3, WebGpu 4` */
  readonly counts: string;
}

export interface Verdict {
  readonly kernels: readonly KernelVerdict[];
  /** Cases that did not run, or gave other results than the CPU. */
  readonly problems: readonly { readonly name: string; readonly problem: string }[];
  /** Kernels of which the table says something else than the provider does. */
  readonly wrong: number;
}

/** Compares what a table says with who ran the nodes. */
export function judge(tried: readonly TriedCase[]): Verdict {
  const found = new Map<string, { missing: boolean; ran: Map<string, number> }>();
  for (const { what, missing, ranOn } of tried.flatMap(({ nodes }) => nodes)) {
    const known = found.get(what) ?? { missing: missing !== undefined, ran: new Map() };
    if (ranOn !== undefined) known.ran.set(ranOn, (known.ran.get(ranOn) ?? 0) + 1);
    found.set(what, known);
  }
  const kernels = [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([what, { missing, ran }]): KernelVerdict => {
      const onCpu = ran.get('CPU') ?? 0;
      const elsewhere = [...ran.values()].reduce((sum, count) => sum + count, 0) - onCpu;
      const counts = [...ran].map(([provider, count]) => `${provider} ${count}`).join(', ');
      return { what, counts, verdict: verdictOf(missing, onCpu, elsewhere) };
    });
  return {
    kernels,
    problems: tried.flatMap(({ name, problem }) => (problem === undefined ? [] : [{ name, problem }])),
    wrong: kernels.filter(({ verdict }) => WRONG.has(verdict)).length,
  };
}

const WRONG: ReadonlySet<KernelVerdict['verdict']> = new Set([
  'the table has it, but it ran on the CPU',
  'the table lacks it, but the provider ran it',
]);

function verdictOf(missing: boolean, onCpu: number, elsewhere: number): KernelVerdict['verdict'] {
  if (onCpu + elsewhere === 0) return 'it never ran';
  if (missing) return elsewhere > 0 ? 'the table lacks it, but the provider ran it' : 'as the table says';
  return onCpu > 0 ? 'the table has it, but it ran on the CPU' : 'as the table says';
}
