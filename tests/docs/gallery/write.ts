import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { compile } from '../../../compiler/compile.ts';
import { loadModel } from '../../../compiler/frontend/load-model.ts';
import { EXAMPLES, TOKENIZER } from '../../examples/places.ts';
import { GALLERY, gallerySection, linesTable, sectionText } from './page.ts';

/* Writes docs/gallery.md. Run: node --import tsx tests/docs/gallery/write.ts */

const INTRODUCTION = `# Gallery

What nobody here thought of, as an author writes it: each example is a folder that imports this package and nothing else.
\`tests/examples\` type-checks, compiles and runs each with random weights, which its original in Python was given too. Lines are
those of blocks and functions, without imports, comments and the small models that a file makes of them. Those in Python are
of the classes and functions that do the same; those of transformers and timm serve training and other options besides.

    flamingo compile examples/swin/model.ts --weights tests/references/examples/swin.weights.safetensors

The drawings have inputs, blocks and outputs; under each is what \`flamingo inspect\` says of the compiled model.
`;

const execute = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'gallery-'));
const sections = [];
for (const entry of GALLERY) sections.push([entry, await gallerySection(entry)] as const);
const texts: string[] = [];
for (const [entry, section] of sections) {
  const { name, exportName = 'default' } = entry;
  const out = join(folder, name);
  const program = await loadModel(join(EXAMPLES, name, 'model.ts'), { exportName });
  const tokenizer = program.facts.language === undefined ? {} : { tokenizer: TOKENIZER };
  await compile(program, { out, source: `examples/${name}/model.ts`, ...tokenizer });
  const { stdout } = await execute(process.execPath, ['cli/flamingo.mjs', 'inspect', out]);
  const [said = ''] = stdout.split('\nFiles\n');
  texts.push(sectionText(entry, section), '```text', said.trimEnd(), '```', '');
}
await rm(folder, { recursive: true });
await writeFile('docs/gallery.md', [INTRODUCTION, linesTable(sections), ...texts].join('\n'));
