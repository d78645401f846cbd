import type { FewShotPrompt } from '../../runtime/prompt/prompt.ts';

type Asked = readonly [shots: readonly (readonly [picture: string, text: string])[], query: string];

/** The README's four prompts. */
export const PROMPTS: readonly Asked[] = [
  [
    [
      ['openmoji-red-apple', 'red apple'],
      ['openmoji-bicycle', 'bicycle'],
    ],
    'openmoji-high-heeled-shoe',
  ],
  [
    [
      ['openmoji-red-apple', 'manzana roja'],
      ['openmoji-bicycle', 'bicicleta'],
    ],
    'openmoji-high-heeled-shoe',
  ],
  [
    [
      ['openmoji-red-apple', 'food'],
      ['openmoji-bicycle', 'travel'],
    ],
    'openmoji-high-heeled-shoe',
  ],
  [
    [
      ['twemoji-guitar', 'takizor'],
      ['twemoji-pretzel', 'benal'],
    ],
    'openmoji-pretzel',
  ],
];

/** A prompt whose pictures lie at a place. */
export const promptOf = ([shots, query]: Asked, place: string): FewShotPrompt => ({
  shots: shots.map(([picture, text]) => ({ image: `${place}/${picture}.png`, text })),
  query: { image: `${place}/${query}.png` },
});
