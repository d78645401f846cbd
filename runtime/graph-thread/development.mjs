// The thread's entry when it runs from TypeScript sources: a thread has its own module loader, which must learn TypeScript first.
import { register } from 'tsx/esm/api';

register();
await import('./graph-worker.ts');
