import { llamaSizes } from '../llama.ts';
import { publishedIdefics } from './sizes/published-idefics.ts';

/** Idefics-80B: `HuggingFaceM4/idefics-80b`, on LLaMA-65B. */
export default publishedIdefics({ name: 'idefics-80b', language: llamaSizes['65b'] });
