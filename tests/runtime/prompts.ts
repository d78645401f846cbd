import { fileURLToPath } from 'node:url';
import type { Prompt } from '../../runtime/prompt/prompt.ts';

export const TOKENIZER = fileURLToPath(new URL('../../models/tokenizers/byte-level.json', import.meta.url));

export const picture = (name: string): string => fileURLToPath(new URL(`../images/${name}`, import.meta.url));

const [dog, cat, bicycle] = [picture('dog.jpg'), picture('cat.png'), picture('bicycle.png')];

/** Prompts of every form, of different lengths and numbers of pictures. */
export const PROMPTS: Readonly<Record<string, Prompt>> = {
  'two examples': {
    shots: [
      { image: dog, text: 'Output:a dog' },
      { image: bicycle, text: 'Output:two wheels' },
    ],
    query: { image: cat, text: 'Output:' },
  },
  'no example': { query: { image: cat, text: 'Output:' } },
  'text before the first picture': { text: 'Look! <image>Output:', media: [bicycle] },
  'pictures in a row': { query: { images: [dog, cat, bicycle], text: 'Output:' } },
  'a picture at the end': { text: 'Output: a dog.<|endofchunk|><image>', media: [dog] },
  'no picture': { query: { text: 'Once' } },
  'a video': { query: { video: [dog, cat], text: 'Output:' } },
};
