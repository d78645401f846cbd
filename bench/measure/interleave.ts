/** Milliseconds of each variant, one a round: index i of every list was measured in round i. */
export type Samples<Name extends string> = Readonly<Record<Name, readonly number[]>>;

export interface Rounds {
  /** Keep going for so long. */
  readonly seconds: number;
  /** Rounds to measure even when that takes longer. Default 6, the fewest that give a 95 % interval of a median. */
  readonly least?: number;
  /** Default 200. */
  readonly most?: number;
  /** Milliseconds since some time; default: those that pass. */
  readonly clock?: () => number;
}

/**
 * Milliseconds; shorter runs are repeated, after one untimed: what the variant before left in the processor's caches
 * would be most of a single one.
 */
const SHORTEST_SAMPLE = 20;

/**
 * Measures variants in turns, A B B A A B ..., so that noise of the machine and slow drift meet all of them alike.
 * Each is run twice before, untimed.
 *
 * @param variants one run of each
 */
export async function interleave<Name extends string>(
  variants: Readonly<Record<Name, () => Promise<unknown>>>,
  { seconds, least = 6, most = 200, clock = () => performance.now() }: Rounds,
): Promise<Samples<Name>> {
  const entries: { name: Name; run: () => Promise<unknown>; repeats: number; samples: number[] }[] = [];
  for (const name of Object.keys(variants) as Name[]) {
    const run = variants[name];
    await run();
    const warm = await time(run, 1, clock);
    entries.push({ name, run, repeats: Math.max(1, Math.ceil(SHORTEST_SAMPLE / warm)), samples: [] });
  }
  const started = performance.now();
  for (let round = 0; round < most; round++) {
    if (round >= least && performance.now() - started > seconds * 1000) break;
    for (const { run, repeats, samples } of round % 2 === 0 ? entries : entries.toReversed()) {
      if (repeats > 1) await run();
      samples.push(await time(run, repeats, clock));
    }
  }
  return Object.fromEntries(entries.map(({ name, samples }) => [name, samples])) as unknown as Samples<Name>;
}

async function time(run: () => Promise<unknown>, repeats: number, clock: () => number): Promise<number> {
  const started = clock();
  for (let repeat = 0; repeat < repeats; repeat++) await run();
  return (clock() - started) / repeats;
}

/** Milliseconds that all threads of this process have computed. */
export function computed(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
