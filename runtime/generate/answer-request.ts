import type { ReadRequest } from './read-request.ts';
import type { Search } from './search/search.ts';

/** A prompt that is to be answered beside others. */
export type AnswerRequest = ReadRequest & { readonly search: Search };
