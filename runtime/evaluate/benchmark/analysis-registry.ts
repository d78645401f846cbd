// Written by `npm run registries`; add a file to the folder rather than edit this one.
import { analysis as groups } from './analyses/groups.ts';
import { analysis as toxicity } from './analyses/toxicity.ts';
import type { Analysis } from './analysis.ts';

/** Every analysis of a run's answers. */
export const ANALYSES: readonly Analysis[] = [
  groups,
  toxicity,
];
