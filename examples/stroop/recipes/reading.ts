/**
 * First stage: the vision encoder and the resampler learn to tell letters, words and inks apart.
 *
 *     flamingo train examples/stroop/recipes/reading.ts --out runs/stroop-reading
 */
import { flamingoParts } from '../../../models/flamingo/flamingo-parts.ts';
import { add, linear, rearrange, recipe, task } from '../../../models/index.ts';
import { crossEntropy } from '../../../models/losses/cross-entropy.ts';
import { Random } from '../../emoji/random.ts';
import { stroopOptions } from '../model/stroop.ts';
import { coloured, letters, pixelsOf, readable } from '../practice.ts';
import { PICTURE_SIZE, type Stimulus } from '../stimulus.ts';
import { COLOUR_NAMES, INK_NAMES, LETTERS_OF_A_TEXT, ORDINARY_WORDS } from '../words.ts';

const PICTURES = 64;
const [, PLACES] = LETTERS_OF_A_TEXT;
const WORDS: readonly string[] = [...COLOUR_NAMES, ...ORDINARY_WORDS];
const SIGNS = 27;

const { vision, perceiver } = flamingoParts(stroopOptions());
const width = perceiver.latents * perceiver.width;
const heads = {
  ink: linear(width, INK_NAMES.length),
  /** The last is what is none of the words. */
  word: linear(width, WORDS.length + 1),
  /** Of each place the letter, 0 where there is none. */
  letters: linear(width, PLACES * SIGNS),
};

function batch(step: number, seed: number) {
  const random = new Random(seed, step);
  const stimuli = Array.from(
    { length: PICTURES },
    (): Stimulus => random.pick([letters, readable, readable, coloured])(random),
  );
  const word = stimuli.map(({ word }) => WORDS.indexOf(word));
  return {
    pixels: pixelsOf(stimuli, random),
    ink: Int32Array.from(stimuli, ({ ink }) => INK_NAMES.indexOf(ink)),
    word: Int32Array.from(word, (place) => (place < 0 ? WORDS.length : place)),
    letters: Int32Array.from(
      stimuli.flatMap(({ word }) =>
        Array.from({ length: PLACES }, (_, place) => (place < word.length ? word.charCodeAt(place) - 96 : 0)),
      ),
    ),
  };
}

export default recipe({
  name: 'stroop-reading',
  steps: 1500,
  parts: { vision: vision.parts, perceiver: perceiver.parts, heads },
  tasks: [
    task({
      name: 'pictures',
      inputs: {
        pixels: { dtype: 'float32', shape: [PICTURES, 3, PICTURE_SIZE, PICTURE_SIZE] },
        ink: { dtype: 'int32', shape: [PICTURES] },
        word: { dtype: 'int32', shape: [PICTURES] },
        letters: { dtype: 'int32', shape: [PICTURES * PLACES] },
      },
      loss({ pixels, ink, word, letters }) {
        const features = rearrange(vision.encode(pixels), 'pictures places dim -> pictures 1 1 places dim');
        const seen = rearrange(perceiver(features), 'pictures 1 latents dim -> pictures (latents dim)');
        const ofInk = crossEntropy(heads.ink(seen), ink);
        const ofWord = crossEntropy(heads.word(seen), word);
        const ofLetters = crossEntropy(
          rearrange(heads.letters(seen), 'pictures (places signs) -> (pictures places) signs', {
            places: PLACES,
          }),
          letters,
        );
        return {
          loss: add(add(ofInk, ofWord), ofLetters),
          metrics: { ink: ofInk, word: ofWord, letters: ofLetters },
        };
      },
      data: { batch },
    }),
  ],
  optimizer: { learningRate: 3e-3, weightDecay: 0.02, betas: [0.9, 0.98] },
  schedule: { kind: 'cosine', warmUp: 50 },
  checkpointEvery: 100,
});
