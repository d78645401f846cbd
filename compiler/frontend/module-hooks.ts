import type { InitializeHook, ResolveHook } from 'node:module';

/** Runs in Node's loader thread: resolves the imports of authors' files. */
let ownModules: Readonly<Record<string, string>> = {};

/** Receives the address of the module behind each of this package's specifiers. */
export const initialize: InitializeHook<Readonly<Record<string, string>>> = (addresses) => {
  ownModules = addresses;
};

/**
 * `flamingo-onnx` is the running instance, whatever is installed near the author's file; and TypeScript files are
 * ES modules, whatever the package.json near them says.
 */
export const resolve: ResolveHook = async (specifier, context, nextResolve) => {
  const found = await nextResolve(ownModules[specifier] ?? specifier, context);
  // tsx asks for the names that a CommonJS module exports by a query of its own.
  const resolved = { ...found, url: found.url.replace(/(%3F|\?)tsx-commonjs.*$/i, '') };
  return /\.m?ts(\?|$)/.test(resolved.url) && !resolved.url.includes('/node_modules/')
    ? { ...resolved, format: 'module' }
    : resolved;
};
