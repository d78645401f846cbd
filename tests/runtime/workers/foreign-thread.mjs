// A thread has its own module loader, which must learn TypeScript first.
import { register } from 'tsx/esm/api';

register();
await import('./foreign-thread.ts');
