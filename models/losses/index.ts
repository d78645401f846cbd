export * from './contrastive.ts';
export * from './cross-entropy.ts';
export * from './next-token.ts';
