import { fileURLToPath } from 'node:url';
import { findCases } from '../../../cli/verify/golden/find-cases.ts';
import { verifyFolder } from '../../../cli/verify/golden/verify-folder.ts';
import { aimed, type Line, type Row } from '../row.ts';

const FOLDER = fileURLToPath(new URL('../../../tests/references/whole/', import.meta.url));

/** The largest difference of a log-probability, as a share of the largest. */
const PASSES = { float32: 1e-4, float16: 2e-3 } as const;

/** Beams that are nearly as good as each other may change places in halves; greedy answers are what is asked for there. */
const OF_BEAMS = /^(beam|the score of beam) /;

export const row: Row = {
  name: 'models',
  summary: "small whole models against their originals' log-probabilities and greedy answers",
  limit: 300,
  hasPeer: false,
  async run({ provider, scale, note }) {
    const cases = (await findCases(FOLDER)).filter((folder) => !/refused/.test(folder));
    const chosen = scale === 'small' ? cases.slice(0, 2) : cases;
    const { signal } = new AbortController();
    const lines: Line[] = [];
    for (const precision of ['float32', 'float16'] as const) {
      let worst = 0;
      const problems: string[] = [];
      for (const folder of chosen) {
        note(`${folder.slice(FOLDER.length)} in ${precision}`);
        const options = { fusion: true, tolerance: PASSES[precision], provider, target: 'cuda', precision };
        const verified = await verifyFolder(folder, { ...options, signal });
        worst = Math.max(worst, verified.comparison?.largestError ?? Number.POSITIVE_INFINITY);
        const counted = verified.problems.filter((each) => precision === 'float32' || !OF_BEAMS.test(each));
        problems.push(...counted.map((each) => `${verified.name}: ${each}`));
      }
      const what = `${chosen.length} models in ${precision}`;
      const named = problems.length === 0 ? {} : { note: problems.slice(0, 3).join('; ') };
      lines.push(
        aimed({ what, value: worst, unit: 'largest difference' }, { most: PASSES[precision] }),
        aimed({ what: `${what}, unlike`, value: problems.length, unit: 'answers', ...named }, { most: 0 }),
      );
    }
    return lines;
  },
};
