import type { GraphPort, Manifest } from '../../artifact/manifest.ts';

/** A module of JavaScript, and its declarations. */
export interface ClientSource {
  /** `client.mjs` */
  readonly module: string;
  /** `client.d.mts` */
  readonly types: string;
}

/**
 * Writes the typed way to load what was compiled: `load()` returns the runtime's model, or its graph where that is all,
 * and `facts` has types that are the model's own sizes, names and special tokens, so that a program which disagrees with
 * the model does not compile. It is JavaScript with declarations, which every compiler and bundler takes as it is; the
 * artifact lies beside it unless `load` is told where.
 *
 * @param manifest of the artifact that the files will lie in
 */
export function clientSource(manifest: Manifest): ClientSource {
  const facts = factsOf(manifest);
  const loader = manifest.language === undefined ? graphLoader(manifest) : MODEL_LOADER;
  const origin = `Written by ${manifest.generator} for the model ${quote(manifest.model.name)}`;
  const heading = `// ${oneLine(origin)}. Compile the model again rather than edit this file.\n`;
  return {
    module: `${heading}import { fileURLToPath } from 'node:url';
import { ${loader.function}, UserError } from 'flamingo-onnx/runtime';

export const facts = ${literal(facts, 'value')};

export async function load({ directory, ...options } = {}) {
  const loaded = await ${loader.function}(folderOf(directory), options);
  return ${loader.returns};
}

function folderOf(directory) {
  if (typeof directory === 'string') return directory;
  if (directory !== undefined) return fileURLToPath(directory.href);
  if (import.meta.url === undefined)
    throw new UserError("The program was bundled in a format in which a file does not know where it lies: pass the model's folder, load({ directory }).");
  return fileURLToPath(new URL('.', import.meta.url));
}
`,
    types: `${heading}import type { ${loader.types.join(', ')} } from 'flamingo-onnx/runtime';

/** What the model is: sizes, special tokens, and the inputs and outputs of its graphs. Open sizes are names. */
export declare const facts: ${literal(facts, 'type')};

/** The literal facts of this model. */
export type Facts = typeof facts;

/** How it is loaded, and from where. */
export type Options = ${loader.options} & {
  /** The artifact's folder: a path, or a URL. Default: the folder that this file lies in. */
  readonly directory?: string | { readonly href: string };
};

/**
 * Loads ${loader.what}.
 *
 * @throws UserError when the folder is incomplete or its files were altered
 */
${loader.signature}
`,
  };
}

/** What differs between clients: what they load, and how. */
interface Loader {
  readonly what: string;
  /** The runtime's function that loads, which takes a folder and options. */
  readonly function: string;
  /** Types of the runtime that the declarations name. */
  readonly types: readonly string[];
  /** The type of the function's options. */
  readonly options: string;
  /** What the client gives, from what was \`loaded\`. */
  readonly returns: string;
  readonly signature: string;
}

const MODEL_LOADER: Loader = {
  what: 'the model',
  function: 'loadFlamingo',
  types: ['LoadOptions', 'Model', 'ShownPictures'],
  options: 'LoadOptions',
  returns: 'Object.assign(loaded, { facts })',
  signature:
    'export declare function load(options?: Options): Promise<Model<ShownPictures<Facts>> & { readonly facts: Facts }>;',
};

/** Of graphs that are run by themselves: the only one, or the one that is asked for. */
function graphLoader({ graphs }: Manifest): Loader {
  const [only = '', ...others] = Object.keys(graphs);
  const isOne = others.length === 0;
  const one = `export declare function load(options?: Options): Promise<LoadedGraph<Facts['graphs'][${quote(only)}]>>;`;
  const chosen = `export declare function load<Name extends keyof Facts['graphs']>(
  options: Options & { readonly graph: Name },
): Promise<LoadedGraph<Facts['graphs'][Name]>>;`;
  return {
    what: isOne ? 'the graph' : 'one of the graphs',
    function: 'loadGraph',
    types: ['LoadedGraph', 'LoadGraphOptions'],
    options: 'LoadGraphOptions',
    returns: 'loaded',
    signature: isOne ? one : chosen,
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

/** A value as source: objects over several lines; lists, and inputs and outputs, in one. */
function literal(value: unknown, form: 'value' | 'type', indent = ''): string {
  if (typeof value === 'string') return quote(value);
  if (Array.isArray(value)) {
    const list = `[${value.map((item) => literal(item, form, indent)).join(', ')}]`;
    return form === 'type' ? `readonly ${list}` : list;
  }
  if (typeof value !== 'object' || value === null) return String(value);
  const isShort = 'dtype' in value;
  const inner = `${indent}  `;
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .map(([key, item]) => `${propertyName(key, form)}: ${literal(item, form, inner)}`);
  const separator = form === 'type' ? ';' : ',';
  if (entries.length === 0) return '{}';
  if (isShort) return `{ ${entries.join(`${separator} `)} }`;
  return `{\n${entries.map((entry) => `${inner}${entry}${separator}\n`).join('')}${indent}}`;
}

function propertyName(key: string, form: 'value' | 'type'): string {
  const plain = /^[A-Za-z_$][\w$]*$/.test(key) ? key : quote(key);
  if (form === 'type') return `readonly ${plain}`;
  // Written plainly, this one would be the object's prototype.
  return key === '__proto__' ? `[${quote(key)}]` : plain;
}

/** Single quotes; everything that could end or bend a string is escaped, line separators too. */
function quote(text: string): string {
  const escaped = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'");
  return `'${escaped.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')}'`;
}

function oneLine(text: string): string {
  return text.replace(/[\r\n\u2028\u2029]+/g, ' ');
}
