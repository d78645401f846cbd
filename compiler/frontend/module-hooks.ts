import type { InitializeHook, ResolveHook } from 'node:module';

/** What the loader thread is told of the package. */
export interface OwnAddresses {
  /** The address of the module behind each of its specifiers. */
  readonly modules: Readonly<Record<string, string>>;
  /** Of its folders. */
  readonly folders: readonly string[];
}

/** Runs in Node's loader thread: resolves the imports of authors' files. */
let own: OwnAddresses = { modules: {}, folders: [] };

export const initialize: InitializeHook<OwnAddresses> = (addresses) => {
  own = addresses;
};

/**
 * `flamingo-onnx` is the running instance, whatever is installed near the author's file; and TypeScript files are
 * ES modules, whatever the package.json near them says. What a file imports that is read anew is read anew, too.
 */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const found = await nextResolve(own.modules[specifier] ?? specifier, context);
  // tsx asks for the names that a CommonJS module exports by a query of its own.
  const resolved = { ...found, url: found.url.replace(/(%3F|\?)tsx-commonjs.*$/i, '') };
  if (resolved.url.includes('/node_modules/')) return resolved;
  const [reading] = /[?&]reading=\d+/.exec(context.parentURL ?? '') ?? [];
  if (reading !== undefined && isAuthors(resolved.url)) resolved.url = `${resolved.url}?${reading.slice(1)}`;
  return /\.m?ts(\?|$)/.test(resolved.url) ? { ...resolved, format: 'module' } : resolved;
};

function isAuthors(url: string): boolean {
  return (
    url.startsWith('file:') && !url.includes('?') && !own.folders.some((folder) => url.startsWith(folder))
  );
}
