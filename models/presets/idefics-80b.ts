import { publishedIdefics } from '../idefics/published-sizes.ts';
import { llamaSizes } from '../llama/llama.ts';

/** Idefics-80B: `HuggingFaceM4/idefics-80b`, on LLaMA-65B. */
export default publishedIdefics({ name: 'idefics-80b', language: llamaSizes['65b'] });
