import { readdirSync, readFileSync } from 'node:fs';
import { OPERATOR_NAMES, type OperatorNames } from './operator-names.ts';

/** Folders whose files export what authors compute with. */
const FOLDERS = ['operators', 'layers', 'einops'];

/** Every function that a file of those folders exports with a description, and the first sentence of that. */
export function describedFunctions(): ReadonlyMap<string, { readonly file: string; readonly first: string }> {
  const found = new Map<string, { readonly file: string; readonly first: string }>();
  for (const folder of FOLDERS) {
    for (const file of readdirSync(`dsl/${folder}`).filter((name) => name.endsWith('.ts'))) {
      const text = readFileSync(`dsl/${folder}/${file}`, 'utf8');
      const functions = text.matchAll(
        /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*export (?:function|const) (\w+)(?=\s*[<(=])/g,
      );
      for (const [, doc = '', name = ''] of functions) {
        const words = doc.replace(/^\s*\* ?/gm, '').split(/\n\s*\n|^@/m)[0] ?? '';
        const line = words.replace(/\s+/g, ' ').trim();
        // `et al.` and `x[0] + ... + x[i]` end no sentence.
        const first = /^.*?(?<!\bal|[.])[.](?=\s|$)/.exec(line)?.[0] ?? line;
        // A layer has the words that an operator of its name would have.
        if (!found.has(name) || folder === 'layers') found.set(name, { file: file.slice(0, -3), first });
      }
    }
  }
  return found;
}

/** `docs/operators.md`, made of the table of names and of the descriptions in the code. */
export function operatorsPage(): string {
  const functions = describedFunctions();
  const row = ([name, names]: readonly [string, OperatorNames]) =>
    `| \`${name}\` | ${(functions.get(name)?.first ?? '').replaceAll('|', '\\|')} | ${code(names.torch)} | ${onnx(names)} |`;
  const sections = Object.entries(OPERATOR_NAMES).map(([title, section]) =>
    [
      `## ${title}`,
      '',
      '| here | what it gives | PyTorch | ONNX |',
      '|---|---|---|---|',
      ...Object.entries(section).map(row),
      '',
    ].join('\n'),
  );
  return `# Operators

What models are written with, all of \`flamingo-onnx/dsl\` (and of \`flamingo-onnx\` itself), under their names here, in PyTorch
(\`F\` is \`torch.nn.functional\`) and in ONNX. Shapes, defaults and errors stand at each in the editor. Each has a gradient, or
says that its results do not change with small changes; each runs on the CPU, and \`flamingo compile --target cuda\` tells
which nodes the CUDA provider has no kernel for. ONNX's name in parentheses: it is written as
other nodes, which are named; without one: ONNX has no operator of its own for it.
This page is made by \`node --import tsx tests/docs/write-operators.ts\`.

${sections.join('\n')}`;
}

function onnx({ onnx: name, writtenAs }: OperatorNames): string {
  if (writtenAs === undefined) return code(name);
  const nodes = writtenAs.length === 0 ? 'no node' : writtenAs.map(code).join(', ');
  return name === undefined ? nodes : `(${code(name)}) ${nodes}`;
}

const code = (name: string | undefined): string => (name === undefined ? '' : `\`${name}\``);
