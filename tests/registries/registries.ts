import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, extname, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * What `npm run registries` writes: for every folder of which each file is an operator, a rule, a command …, one module
 * that lists them. A list that is checked in can be bundled and runs in a browser, where no folder can be read.
 */

/** A folder whose files, or folders, are each one of a kind, and the module that lists them. */
interface Registry {
  /** From the project's root. */
  readonly folder: string;
  /** The files of it that count; without it, those of the name `named` in its folders do. */
  readonly extension?: '.ts' | '.rule';
  readonly named?: string;
  /** The module that is written, beside the folder. */
  readonly file: string;
  write(files: readonly string[], registry: Registry): Promise<string>;
}

const ROOT = new URL('../../', import.meta.url);

/** Every registry of the project. To add a kind of things that are files, add a line. */
const REGISTRIES: readonly Registry[] = [
  {
    ...{ folder: 'bench/cuda/rows', extension: '.ts', file: 'bench/cuda/row-registry.ts' },
    write: exportsOf('CUDA_ROWS', 'Row', './row.ts', 'Every row of the table', (name) => name === 'row'),
  },
  {
    ...{ folder: 'dsl/operators', extension: '.ts', file: 'dsl/operator-registry.ts' },
    write: exportsOf(
      'OPERATORS',
      'Operator',
      './tensor.ts',
      'Every operator of the language',
      (name, value) => name.endsWith('Operator') && typeof value === 'object',
    ),
  },
  {
    ...{ folder: 'dsl/operators', extension: '.ts', file: 'dsl/author-operators.ts' },
    write: wordsOf,
  },
  {
    ...{ folder: 'compiler/fusion/rules', extension: '.rule', file: 'compiler/fusion/rule-registry.ts' },
    write: textsOf('RULES', 'Every fusion rule: the text of its file, by the name of the file'),
  },
  {
    ...{
      folder: 'compiler/weights/read/formats',
      extension: '.ts',
      file: 'compiler/weights/read/format-registry.ts',
    },
    write: exportsOf(
      'FORMATS',
      'WeightFormat',
      './format.ts',
      'Every format of weight files',
      (name) => name === 'format',
    ),
  },
  {
    ...{
      folder: 'compiler/target/targets',
      extension: '.ts',
      file: 'compiler/target/target-registry.ts',
    },
    write: exportsOf(
      'TARGETS',
      'CompilerTarget',
      './compiler-target.ts',
      'Every target',
      (name) => name === 'target',
    ),
  },
  {
    ...{
      folder: 'models',
      named: 'hugging-face-family.ts',
      file: 'models/configs/hugging-face-family-registry.ts',
    },
    write: exportsOf(
      'HUGGING_FACE_FAMILIES',
      'HuggingFaceFamily',
      './hugging-face-family.ts',
      'Every kind of model that compiles from its folder',
      (name) => name === 'family',
    ),
  },
  {
    ...{
      folder: 'models',
      named: 'language-family.ts',
      file: 'models/configs/language-family-registry.ts',
    },
    write: exportsOf(
      'LANGUAGE_FAMILIES',
      'LanguageFamily',
      './language-family.ts',
      'Every family of language models',
      (name) => name === 'languageFamily',
    ),
  },
  {
    ...{
      folder: 'models',
      named: 'vision-family.ts',
      file: 'models/configs/vision-family-registry.ts',
    },
    write: exportsOf(
      'VISION_FAMILIES',
      'VisionFamily',
      './vision-family.ts',
      'Every family of vision encoders',
      (name) => name === 'visionFamily',
    ),
  },
  {
    ...{
      folder: 'models',
      named: 'image-processor.ts',
      file: 'models/configs/image-processor-registry.ts',
    },
    write: exportsOf(
      'IMAGE_PROCESSORS',
      'ImageProcessor',
      './image-processor.ts',
      'Every class of image processors',
      (name) => name === 'imageProcessor',
    ),
  },
  {
    ...{ folder: 'models/presets', extension: '.ts', file: 'models/preset-registry.ts' },
    write: importsOf('PRESETS', 'Every preset by its name; loaded when it is asked for'),
  },
  {
    ...{ folder: 'cli/commands', extension: '.ts', file: 'cli/command-registry.ts' },
    write: importsOf('COMMANDS', 'Every command by its name; loaded when it is asked for'),
  },
  {
    ...{
      folder: 'runtime/evaluate/benchmark/benchmarks',
      extension: '.ts',
      file: 'runtime/evaluate/benchmark/benchmark-registry.ts',
    },
    write: exportsOf(
      'BENCHMARKS',
      'Benchmark',
      './benchmark.ts',
      'Every benchmark',
      (name) => name === 'benchmark',
    ),
  },
  {
    ...{
      folder: 'runtime/evaluate/robustness/conditions',
      extension: '.ts',
      file: 'runtime/evaluate/robustness/condition-registry.ts',
    },
    write: exportsOf(
      'CONDITIONS',
      'Condition',
      './condition.ts',
      "Every way in which a task's examples are changed",
      (name) => name === 'condition',
    ),
  },
  {
    ...{
      folder: 'runtime/evaluate/toxicity/engines',
      extension: '.ts',
      file: 'runtime/evaluate/toxicity/engine-registry.ts',
    },
    write: exportsOf(
      'ENGINES',
      'ToxicityEngine',
      './classifier.ts',
      'Every kind of classifiers of toxic texts',
      (name) => name === 'engine',
    ),
  },
  {
    ...{
      folder: 'runtime/evaluate/benchmark/analyses',
      extension: '.ts',
      file: 'runtime/evaluate/benchmark/analysis-registry.ts',
    },
    write: exportsOf(
      'ANALYSES',
      'Analysis',
      './analysis.ts',
      "Every analysis of a run's answers",
      (name) => name === 'analysis',
    ),
  },
  {
    ...{ folder: 'bench/benchmarks', extension: '.ts', file: 'bench/benchmark-registry.ts' },
    write: importsOf('BENCHMARKS', 'Every benchmark by its name; loaded when it is asked for'),
  },
];

/** The modules as the folders are now: path from the project's root, and content. */
export function registries(): Promise<readonly { readonly file: string; readonly content: string }[]> {
  return Promise.all(
    REGISTRIES.map(async (registry) => {
      const { folder, extension, named } = registry;
      const entries = await readdir(new URL(`${folder}/`, ROOT), { withFileTypes: true });
      const files = entries
        .filter((entry) =>
          named === undefined
            ? extname(entry.name) === extension
            : entry.isDirectory() && existsSync(new URL(`${folder}/${entry.name}/${named}`, ROOT)),
        )
        .map(({ name }) => (named === undefined ? name : `${name}/${named}`))
        // The kind itself is described beside the registry.
        .filter((name) => `${folder}/${dirname(name)}` !== dirname(registry.file))
        .sort();
      return { file: registry.file, content: await registry.write(files, registry) };
    }),
  );
}

/** Where a registry lies. */
export const registryPath = (file: string): string => fileURLToPath(new URL(file, ROOT));

const MADE = '// Written by `npm run registries`; add a file to the folder rather than edit this one.';

/** Imports of what the files of a folder export. */
function exportsOf(
  list: string,
  type: string,
  typeFile: string,
  what: string,
  chosen: (name: string, value: unknown) => boolean,
): Registry['write'] {
  return async (files, registry) => {
    const imports: string[] = [];
    const entries: string[] = [];
    for (const file of files) {
      const path = `${registry.folder}/${file}`;
      const exported: Readonly<Record<string, unknown>> = await import(new URL(path, ROOT).href);
      const names = Object.keys(exported).filter((name) => chosen(name, exported[name]));
      if (names.length === 0) continue;
      const alone = names.length === 1 && !names[0]?.endsWith('Operator');
      const local = camelCase(registry.named === undefined ? basename(file, '.ts') : dirname(file));
      const specifiers = names.map((name) => (alone ? `${name} as ${local}` : name));
      imports.push(`import { ${specifiers.join(', ')} } from '${specifier(registry, file)}';`);
      entries.push(...(alone ? [local] : names));
    }
    return [
      MADE,
      ...imports,
      `import type { ${type} } from '${typeFile}';`,
      '',
      `/** ${what}. */`,
      `export const ${list}: readonly ${type}[] = [`,
      ...entries.map((name) => `  ${name},`),
      '];',
      '',
    ].join('\n');
  };
}

/** What authors call, and its types: not the operators behind it, nor what a layer of the same name calls. */
async function wordsOf(files: readonly string[], registry: Registry): Promise<string> {
  const layers: object = await import(new URL('dsl/layers/index.ts', ROOT).href);
  const lines = await Promise.all(
    files.map(async (file) => {
      const url = new URL(`${registry.folder}/${file}`, ROOT);
      const exported: Readonly<Record<string, unknown>> = await import(url.href);
      const values = Object.keys(exported).filter((name) => !name.endsWith('Operator') && !(name in layers));
      const declared = (await readFile(url, 'utf8')).matchAll(/^export (?:interface|type) (\w+)/gm);
      const types = [...declared].map(([, name = '']) => name);
      const again = (await readFile(url, 'utf8')).matchAll(/^export type \{ ([\w, ]+) \};/gm);
      types.push(...[...again].flatMap(([, names = '']) => names.split(', ')));
      const names = [...values.sort(), ...types.sort().map((name) => `type ${name}`)];
      return names.length === 0
        ? []
        : [`export { ${names.join(', ')} } from '${specifier(registry, file)}';`];
    }),
  );
  return [MADE, ...lines.flat(), ''].join('\n');
}

/** The texts of the files. */
function textsOf(list: string, what: string): Registry['write'] {
  return async (files, { folder }) => {
    const entries = await Promise.all(
      files.map(async (file) => {
        const text = await readFile(new URL(`${folder}/${file}`, ROOT), 'utf8');
        return `  '${file}': \`${text.replaceAll('\\', '\\\\').replaceAll('`', '\\`').replaceAll('${', '\\${')}\`,`;
      }),
    );
    return [
      MADE,
      '',
      `/** ${what}. */`,
      `export const ${list}: Readonly<Record<string, string>> = {`,
      ...entries,
      '};',
      '',
    ].join('\n');
  };
}

/** Functions that load the files' modules. */
function importsOf(list: string, what: string): Registry['write'] {
  return async (files, registry) =>
    [
      MADE,
      '',
      `/** ${what}. */`,
      `export const ${list} = {`,
      ...files.map(
        (file) => `  ${quoted(basename(file, '.ts'))}: () => import('${specifier(registry, file)}'),`,
      ),
      '} as const;',
      '',
    ].join('\n');
}

function specifier({ file, folder }: Registry, name: string): string {
  const path = relative(dirname(file), `${folder}/${name}`);
  return path.startsWith('.') ? path : `./${path}`;
}

/** A property's name, quoted where it must be. */
function quoted(name: string): string {
  return /^\w+$/.test(name) ? name : `'${name}'`;
}

function camelCase(name: string): string {
  return name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
