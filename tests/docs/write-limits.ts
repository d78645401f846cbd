import { writeFileSync } from 'node:fs';
import { limitsPage } from './limits-page.ts';

writeFileSync('docs/limits.md', limitsPage());
