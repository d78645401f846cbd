import { smallLlama } from '../support/large-model.ts';

export default smallLlama(false);
