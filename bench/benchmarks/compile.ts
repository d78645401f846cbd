import type { Benchmark } from '../benchmark.ts';
import { spreadOf } from '../measure/statistics.ts';
import { type CompileRun, compileOnce } from '../support/compile-once.ts';

const PRESETS = ['flamingo-3b', 'flamingo-9b', 'flamingo-80b'] as const;

/** Seconds after which no new round begins. */
const TIME = 25;

export const benchmark: Benchmark = {
  name: 'compile',
  summary: "time and memory of compiling the paper's sizes without weights, by the command line",
  async run({ quick, note }) {
    const presets = quick ? PRESETS.slice(0, 1) : PRESETS;
    const runs = new Map<string, CompileRun[]>(presets.map((preset) => [preset, []]));
    const started = performance.now();
    const seconds = () => (performance.now() - started) / 1000;
    for (let round = 0; round < (quick ? 1 : 3) || (!quick && round < 6 && seconds() < TIME); round++) {
      for (const preset of presets) {
        note(`${preset}, run ${round + 1}`);
        runs.get(preset)?.push(await compileOnce(preset));
      }
    }
    const cases = [...runs].map(([name, list]) => {
      const of = (measure: Exclude<keyof CompileRun, 'peak'>) =>
        spreadOf(
          list.map((run) => run[measure]),
          's',
        );
      return {
        name,
        variants: {
          total: of('total'),
          start: of('start'),
          'type check': of('check'),
          trace: of('trace'),
          'optimise and write': of('compile'),
          'peak memory': spreadOf(
            list.map(({ peak }) => peak / 1e6),
            'MB',
          ),
        },
        comparisons: [],
      };
    });
    const notes = [
      'Aim for flamingo-3b: under 5 s and 1000 MB.',
      'Without weights: copying or drawing them takes time of its own.',
    ];
    return [{ title: 'A compilation', cases, notes }];
  },
};
