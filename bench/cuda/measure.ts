import { median } from 'simple-statistics';

/** Does something and gives the milliseconds that count, which need not be all that it took. */
export type Timed = () => Promise<number>;

/**
 * Measures several things in turns, each once before, untimed, so that what slows the machine for a while meets all of them.
 *
 * @returns the median of each
 */
export async function inTurns<Name extends string>(
  things: Readonly<Record<Name, Timed | undefined>>,
  rounds: number,
): Promise<Readonly<Partial<Record<Name, number>>>> {
  const entries: { name: string; run: Timed; samples: number[] }[] = [];
  for (const [name, run] of Object.entries<Timed | undefined>(things))
    if (run !== undefined) entries.push({ name, run, samples: [] });
  for (const { run } of entries) await run();
  for (let round = 0; round < rounds; round++)
    for (const { run, samples } of round % 2 === 0 ? entries : entries.toReversed())
      samples.push(await run());
  return Object.fromEntries(entries.map(({ name, samples }) => [name, median(samples)])) as Partial<
    Record<Name, number>
  >;
}

/** Milliseconds that something takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

/** What was measured. */
export function measured(value: number | undefined): number {
  if (value === undefined) throw new Error('it was not measured');
  return value;
}
