import { RELEASED_VOCABULARY, releasedOpenFlamingo } from '../flamingo/released-sizes.ts';
import { mpt, mptSizes } from '../mpt/mpt.ts';

/** OpenFlamingo-3B: `openflamingo/OpenFlamingo-3B-vitl-mpt1b`, on MPT-1B. */
export default releasedOpenFlamingo({
  name: 'open-flamingo-3b',
  language: mpt({ ...mptSizes['1b'], vocabulary: RELEASED_VOCABULARY }),
  every: 1,
});
