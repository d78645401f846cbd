import { publishedIdefics } from '../idefics/published-sizes.ts';
import { llamaSizes } from '../llama/llama.ts';

/** Idefics-9B: `HuggingFaceM4/idefics-9b`, on LLaMA-7B. */
export default publishedIdefics({ name: 'idefics-9b', language: llamaSizes['7b'] });
