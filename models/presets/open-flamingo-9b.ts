import { RELEASED_VOCABULARY, releasedOpenFlamingo } from '../flamingo/released-sizes.ts';
import { mpt, mptSizes } from '../mpt/mpt.ts';

/** OpenFlamingo-9B: `openflamingo/OpenFlamingo-9B-vitl-mpt7b`, on MPT-7B. */
export default releasedOpenFlamingo({
  name: 'open-flamingo-9b',
  language: mpt({ ...mptSizes['7b'], vocabulary: RELEASED_VOCABULARY }),
  every: 4,
});
