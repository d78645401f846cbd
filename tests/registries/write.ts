import { writeFile } from 'node:fs/promises';
import { registries, registryPath } from './registries.ts';

/* Writes every registry. Run: npm run registries */

for (const { file, content } of await registries()) {
  await writeFile(registryPath(file), content);
  process.stdout.write(`${file}\n`);
}
