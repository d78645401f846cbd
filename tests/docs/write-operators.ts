import { writeFileSync } from 'node:fs';
import { operatorsPage } from './operators-page.ts';

writeFileSync('docs/operators.md', operatorsPage());
