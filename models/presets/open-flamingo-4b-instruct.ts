import { RELEASED_VOCABULARY, releasedOpenFlamingo } from '../flamingo/released-sizes.ts';
import { gptNeox, gptNeoxSizes } from '../gpt-neox/gpt-neox.ts';

/** OpenFlamingo-4B (Instruct): `openflamingo/OpenFlamingo-4B-vitl-rpj3b-langinstruct`, on RedPajama-INCITE-Instruct-3B. */
export default releasedOpenFlamingo({
  name: 'open-flamingo-4b-instruct',
  language: gptNeox({ ...gptNeoxSizes['redpajama-3b'], vocabulary: RELEASED_VOCABULARY }),
  every: 2,
});
