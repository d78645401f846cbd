import { RELEASED_VOCABULARY, releasedOpenFlamingo } from '../flamingo/released-sizes.ts';
import { mpt, mptSizes } from '../mpt/mpt.ts';

/** OpenFlamingo-3B (Instruct): `openflamingo/OpenFlamingo-3B-vitl-mpt1b-langinstruct`, on MPT-1B tuned on Dolly. */
export default releasedOpenFlamingo({
  name: 'open-flamingo-3b-instruct',
  language: mpt({ ...mptSizes['1b'], vocabulary: RELEASED_VOCABULARY }),
  every: 1,
});
