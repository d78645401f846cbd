// Written by `npm run registries`; add a file to the folder rather than edit this one.

/** Every preset by its name; loaded when it is asked for. */
export const PRESETS = {
  emoji: () => import('./presets/emoji.ts'),
  'flamingo-3b': () => import('./presets/flamingo-3b.ts'),
  'flamingo-80b': () => import('./presets/flamingo-80b.ts'),
  'flamingo-9b': () => import('./presets/flamingo-9b.ts'),
  'idefics-80b': () => import('./presets/idefics-80b.ts'),
  'idefics-9b': () => import('./presets/idefics-9b.ts'),
  'open-flamingo-3b-instruct': () => import('./presets/open-flamingo-3b-instruct.ts'),
  'open-flamingo-3b': () => import('./presets/open-flamingo-3b.ts'),
  'open-flamingo-4b-instruct': () => import('./presets/open-flamingo-4b-instruct.ts'),
  'open-flamingo-4b': () => import('./presets/open-flamingo-4b.ts'),
  'open-flamingo-9b': () => import('./presets/open-flamingo-9b.ts'),
  'open-flamingo': () => import('./presets/open-flamingo.ts'),
  tiny: () => import('./presets/tiny.ts'),
} as const;
