export * from './channel-norm.ts';
export * from './conv.ts';
export * from './embedding.ts';
export * from './linear.ts';
export * from './norm.ts';
export * from './relative-position-bias.ts';
