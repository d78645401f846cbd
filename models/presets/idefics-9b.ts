import { llamaSizes } from '../llama.ts';
import { publishedIdefics } from './sizes/published-idefics.ts';

/** Idefics-9B: `HuggingFaceM4/idefics-9b`, on LLaMA-7B. */
export default publishedIdefics({ name: 'idefics-9b', language: llamaSizes['7b'] });
