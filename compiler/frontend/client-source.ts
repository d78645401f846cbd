import {
  IndentationText,
  Project,
  QuoteKind,
  VariableDeclarationKind,
  type WriterFunction,
  Writers,
} from 'ts-morph';
import type { GraphPort, Manifest } from '../../artifact/manifest.ts';

/**
 * Writes `client.ts`, the typed way to load what was compiled: `load()` returns the runtime's model, or its graph where
 * that is all, and `facts` has types that are the model's own sizes, names and special tokens, so that a program which
 * disagrees with the model does not compile.
 *
 * @param manifest of the artifact that the file will lie in
 */
export function clientSource(manifest: Manifest): string {
  const project = new Project({
    useInMemoryFileSystem: true,
    skipLoadingLibFiles: true,
    manipulationSettings: { quoteKind: QuoteKind.Single, indentationText: IndentationText.TwoSpaces },
  });
  const file = project.createSourceFile('client.ts');
  const loader = manifest.language === undefined ? graphLoader(manifest) : MODEL_LOADER;
  file.addImportDeclaration({ moduleSpecifier: 'node:url', namedImports: ['fileURLToPath'] });
  file.addImportDeclaration({
    moduleSpecifier: 'flamingo-onnx/runtime',
    namedImports: loader.imports.map((each) => ({ ...each })),
  });
  file.addVariableStatement({
    docs: [
      'What the model is: sizes, special tokens, and the inputs and outputs of its graphs. Open sizes are names.',
    ],
    isExported: true,
    declarationKind: VariableDeclarationKind.Const,
    declarations: [{ name: 'facts', initializer: Writers.assertion(literal(factsOf(manifest)), 'const') }],
  });
  file.addTypeAlias({
    docs: ['The literal facts of this model.'],
    isExported: true,
    name: 'Facts',
    type: 'typeof facts',
  });
  file.addFunction({
    docs: [
      `Loads ${loader.what} from the folder that this file lies in.\n\n@throws when the folder is incomplete or its files were altered`,
    ],
    isExported: true,
    isAsync: true,
    name: 'load',
    ...(loader.graphs !== undefined && {
      typeParameters: [{ name: 'Name', constraint: loader.graphs }],
    }),
    parameters: [loader.parameter],
    returnType: loader.returns,
    statements: [...loader.statements],
  });
  file.formatText({ indentSize: 2 });
  const origin = `Written by ${manifest.generator} for the model ${quote(manifest.model.name)}`;
  return `// ${oneLine(origin)}. Compile the model again rather than edit this file.\n${file.getFullText()}`;
}

/** What differs between clients: what they load, and how. */
interface Loader {
  readonly what: string;
  readonly imports: readonly {
    readonly name: string;
    readonly alias?: string;
    readonly isTypeOnly?: boolean;
  }[];
  /** The type of the names that `load` chooses from, where there are several graphs. */
  readonly graphs?: string;
  readonly parameter: { readonly name: string; readonly type: string; readonly initializer?: string };
  readonly returns: string;
  readonly statements: readonly string[];
}

const MODEL_LOADER: Loader = {
  what: 'the model',
  imports: [
    { name: 'load', alias: 'loadArtifact' },
    { name: 'LoadOptions', isTypeOnly: true },
    { name: 'Model', isTypeOnly: true },
  ],
  parameter: { name: 'options', type: 'LoadOptions', initializer: '{}' },
  returns: 'Promise<Model & { readonly facts: Facts }>',
  statements: [
    "const model = await loadArtifact(fileURLToPath(new URL('.', import.meta.url)), options);",
    'return Object.assign(model, { facts });',
  ],
};

/** Of graphs that are run by themselves: the only one, or the one that is asked for. */
function graphLoader({ graphs }: Manifest): Loader {
  const names = Object.keys(graphs);
  const [only = ''] = names;
  const isOne = names.length === 1;
  const imports = [
    { name: 'loadGraph' },
    { name: 'LoadedGraph', isTypeOnly: true },
    { name: 'LoadGraphOptions', isTypeOnly: true },
  ];
  const folder = "fileURLToPath(new URL('.', import.meta.url))";
  if (isOne) {
    return {
      what: 'the graph',
      imports,
      parameter: { name: 'options', type: 'LoadGraphOptions', initializer: '{}' },
      returns: `Promise<LoadedGraph<Facts['graphs'][${quote(only)}]>>`,
      statements: [`return loadGraph(${folder}, options);`],
    };
  }
  return {
    what: 'one of the graphs',
    imports,
    graphs: "keyof Facts['graphs']",
    parameter: { name: 'options', type: 'LoadGraphOptions & { readonly graph: Name }' },
    returns: "Promise<LoadedGraph<Facts['graphs'][Name]>>",
    statements: [`return loadGraph(${folder}, options);`],
  };
}

function factsOf({ model, target, graphs, image, language, media }: Manifest): object {
  return {
    name: model.name,
    target,
    ...(image && { image: { size: image.size, maxFrames: image.maxFrames } }),
    ...(language && {
      contextLength: language.contextLength,
      vocabulary: language.vocabulary,
      tokens: language.tokens,
    }),
    ...(media && { media }),
    graphs: Object.fromEntries(
      Object.entries(graphs).map(([name, { inputs, outputs }]) => [
        name,
        { inputs: ports(inputs), outputs: ports(outputs) },
      ]),
    ),
  };
}

function ports(list: readonly GraphPort[]): object {
  return Object.fromEntries(list.map(({ name, dtype, shape }) => [name, { dtype, shape }]));
}

/** A value as TypeScript source: objects over several lines, lists and what holds only lists and words in one. */
function literal(value: unknown): WriterFunction {
  return (writer) => {
    if (typeof value === 'string') writer.write(quote(value));
    else if (Array.isArray(value)) {
      writer.write('[');
      for (const [index, item] of value.entries()) {
        if (index > 0) writer.write(', ');
        literal(item)(writer);
      }
      writer.write(']');
    } else if (typeof value === 'object' && value !== null) {
      const entries = Object.entries(value);
      const isShort = 'dtype' in value;
      const writeEntry = ([key, item]: readonly [string, unknown]) => {
        writer.write(propertyName(key)).write(': ');
        literal(item)(writer);
      };
      if (isShort) {
        writer.write('{ ');
        for (const [index, entry] of entries.entries()) {
          if (index > 0) writer.write(', ');
          writeEntry(entry);
        }
        writer.write(' }');
      } else {
        writer.inlineBlock(() => {
          for (const entry of entries) {
            writeEntry(entry);
            writer.write(',').newLine();
          }
        });
      }
    } else writer.write(String(value));
  };
}

function propertyName(key: string): string {
  if (key === '__proto__') return `[${quote(key)}]`;
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key);
}

/** Single quotes; everything that could end or bend a string is escaped, line separators too. */
function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ');
}
