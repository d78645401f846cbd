// Written by `npm run registries`; add a file to the folder rather than edit this one.

/** Every command by its name; loaded when it is asked for. */
export const COMMANDS = {
  check: () => import('./commands/check.ts'),
  compile: () => import('./commands/compile.ts'),
  diff: () => import('./commands/diff.ts'),
  doctor: () => import('./commands/doctor.ts'),
  evaluate: () => import('./commands/evaluate.ts'),
  export: () => import('./commands/export.ts'),
  inspect: () => import('./commands/inspect.ts'),
  install: () => import('./commands/install.ts'),
  playground: () => import('./commands/playground.ts'),
  prepare: () => import('./commands/prepare.ts'),
  relink: () => import('./commands/relink.ts'),
  run: () => import('./commands/run.ts'),
  train: () => import('./commands/train.ts'),
  trim: () => import('./commands/trim.ts'),
  verify: () => import('./commands/verify.ts'),
} as const;
