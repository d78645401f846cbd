import { fileURLToPath } from 'node:url';
import { Project, ts } from 'ts-morph';
import type { Benchmark } from '../benchmark.ts';
import { spreadOf } from '../measure/statistics.ts';
import { longModel } from '../support/long-model.ts';
import { watchedSaves } from '../support/watched-saves.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const LINES = 500;

export const benchmark: Benchmark = {
  name: 'authoring',
  summary: 'what an author waits for: a hover in a model of 500 lines, and a save under compile --watch',
  async run({ quick, note }) {
    note(`hovers in ${LINES} lines`);
    const { first, others, afterEdit } = hovers(quick ? 3 : 40);
    note('saves');
    const [begin = Number.NaN, next = Number.NaN, ...saves] = await watchedSaves(quick ? 2 : 12);
    return [
      {
        title: `A hover in a model of ${LINES} lines (language service of TypeScript ${ts.version})`,
        cases: [
          {
            name: 'hover',
            variants: {
              'the first': spreadOf([first], 'ms'),
              'another name': spreadOf(others, 'ms'),
              'after an edit': spreadOf(afterEdit, 'ms'),
            },
            comparisons: [],
          },
        ],
        notes: ['Aim: under 300 ms after the first, which reads the language and this package.'],
      },
      {
        title: 'A tiny model under compile --watch: type-checked, built, fused, written',
        cases: [
          {
            name: 'from the save to the model',
            variants: {
              'the first compilation': spreadOf([begin], 'ms'),
              'the first save': spreadOf([next], 'ms'),
              'later saves': spreadOf(saves, 'ms'),
            },
            comparisons: [],
          },
        ],
        notes: ['Aim: under a second after the first save. 200 ms of it see that the file stays as it is.'],
      },
    ];
  },
};

/** Milliseconds of hovers over names whose types are shapes. */
function hovers(count: number): {
  readonly first: number;
  readonly others: readonly number[];
  readonly afterEdit: readonly number[];
} {
  const project = new Project({
    tsConfigFilePath: `${ROOT}tsconfig.json`,
    skipAddingFilesFromTsConfig: true,
  });
  const path = `${ROOT}bench/long-model.ts`;
  const { text, names } = longModel(LINES, '../models/index.ts');
  const file = project.createSourceFile(path, text);
  const service = project.getLanguageService().compilerObject;
  const hover = (place: number): number => {
    const started = performance.now();
    const shown = ts.displayPartsToString(service.getQuickInfoAtPosition(path, place)?.displayParts);
    const time = performance.now() - started;
    if (!shown.includes('Tensor<"float32", readonly [')) throw new Error(`a hover shows ${shown}`);
    return time;
  };
  // From the end, where nothing that comes before has been looked at for it.
  const [last = 0, ...rest] = names.toReversed();
  const first = hover(last);
  const others = rest.slice(0, count).map(hover);
  const afterEdit = rest.slice(0, Math.max(2, count / 4)).map((place, round) => {
    file.replaceWithText(`${text}// ${round}\n`);
    return hover(place);
  });
  return { first, others, afterEdit };
}
