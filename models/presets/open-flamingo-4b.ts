import { RELEASED_VOCABULARY, releasedOpenFlamingo } from '../flamingo/released-sizes.ts';
import { gptNeox, gptNeoxSizes } from '../gpt-neox/gpt-neox.ts';

/** OpenFlamingo-4B: `openflamingo/OpenFlamingo-4B-vitl-rpj3b`, on RedPajama-INCITE-Base-3B. */
export default releasedOpenFlamingo({
  name: 'open-flamingo-4b',
  language: gptNeox({ ...gptNeoxSizes['redpajama-3b'], vocabulary: RELEASED_VOCABULARY }),
  every: 2,
});
