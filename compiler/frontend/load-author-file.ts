import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { register } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../artifact/user-error.ts';
import { followSources } from '../../dsl/call-site.ts';
import type { OwnAddresses } from './module-hooks.ts';
import { OWN_FOLDERS, ownModule, ownModules, RUNS_FROM_SOURCE } from './own-package.ts';
import { describePath, SourceError } from './source-error.ts';

/** What a kind of author's file exports, and how messages speak of it. */
export interface AuthorFileKind<T> {
  /** `model`, `recipe`. */
  readonly name: string;
  /** The call that makes one: `flamingo({ ... })`. */
  readonly maker: string;
  accepts(value: unknown): value is T;
}

/**
 * Type-checks an author's file, then runs it and returns the model or recipe that it exports. The checker comes first, so
 * that what is wrong with the types is said in the checker's place and words and not as a crash half-way.
 *
 * A file is run once a process, loading it again gives the same object; but for `readAnew`.
 *
 * @param file a TypeScript module; relative paths start at the working directory
 * @param exportName which export; the default export unless told
 * @throws SourceError for mistakes in the file, with the source lines
 * @throws UserError when the file is missing or has no such export
 */
export async function loadAuthorFile<T>(
  file: string,
  kind: AuthorFileKind<T>,
  exportName = 'default',
): Promise<T> {
  const path = resolve(file);
  await requireTypeScriptFile(path, kind);
  await requireWellTyped(path);
  const exports = await runModule(path);
  return chooseExport(exports, path, kind, exportName);
}

async function requireTypeScriptFile(path: string, { name }: AuthorFileKind<unknown>): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) throw new UserError(`There is no ${name} file ${describePath(path)}.`);
  if (!status.isFile() || !['.ts', '.mts'].includes(extname(path))) {
    throw new UserError(
      `${describePath(path)} is not a TypeScript file; a ${name} is defined in a .ts module.`,
    );
  }
}

/** Type-checks a file. One in which nothing was found before, by another process, is not checked again until something changes. */
async function requireWellTyped(path: string): Promise<void> {
  const { isKnownWellTyped, rememberWellTyped }: typeof import('./type-check-cache.ts') =
    await frontendModule('type-check-cache', path);
  // What is read anew is watched by what the checker found that it imports.
  const remembers = reading === 0;
  if (remembers && (await isKnownWellTyped(path))) return;
  // The checker is large: nothing else waits for it, and a bundle, which cannot use it, does not hold it.
  const { typeChecker }: typeof import('./type-check.ts') = await frontendModule('type-check', path);
  const { findings, answers } = typeChecker.check(path);
  if (findings.length > 0) throw new SourceError(findings);
  if (remembers) await rememberWellTyped(path, answers);
}

/** A module beside this one, by an address that no bundler follows. */
function frontendModule(name: string, file: string) {
  const path = ownModule(`compiler/frontend/${name}`);
  if (!existsSync(path)) {
    throw new UserError(
      `${describePath(file)} cannot be read by a program that was bundled: import what it exports into the program instead, or keep flamingo-onnx out of the bundle (esbuild: --external:flamingo-onnx).`,
    );
  }
  return import(pathToFileURL(path).href);
}

/** How often authors' files have been read anew. */
let reading = 0;

/**
 * From here on authors' files, and those that they import, are other modules than those that the process has loaded: as
 * they are on the disk then. What was loaded before stays in memory.
 */
export async function readAnew(): Promise<void> {
  reading += 1;
  followSources(`?reading=${reading}`);
  const { forgetSources }: typeof import('./call-at.ts') = await import(
    pathToFileURL(ownModule('compiler/frontend/call-at')).href
  );
  forgetSources();
}

let loaderReady: Promise<void> | undefined;

/** Makes Node run TypeScript, and `flamingo-onnx` mean this instance; once a process. */
function prepareLoader(): Promise<void> {
  loaderReady ??= startLoader();
  return loaderReady;
}

async function startLoader(): Promise<void> {
  process.setSourceMapsEnabled(true);
  if (!RUNS_FROM_SOURCE) {
    const typescript = await import('tsx/esm/api');
    typescript.register();
  }
  const modules = Object.entries(ownModules('run')).map(([name, path]) => [name, pathToFileURL(path).href]);
  const data: OwnAddresses = {
    modules: Object.fromEntries(modules),
    folders: OWN_FOLDERS.map((folder) => pathToFileURL(folder).href),
  };
  register(pathToFileURL(ownModule('compiler/frontend/module-hooks')), { data });
}

async function runModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  await prepareLoader();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  try {
    return await import(`${pathToFileURL(path).href}${reading === 0 ? '' : `?reading=${reading}`}`);
  } catch (error) {
    const { buildingError }: typeof import('./building-error.ts') = await frontendModule(
      'building-error',
      path,
    );
    throw buildingError(error, path);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function chooseExport<T>(
  exports: Readonly<Record<string, unknown>>,
  path: string,
  { name: kind, maker, accepts }: AuthorFileKind<T>,
  wanted: string,
): T {
  const chosen = exports[wanted];
  if (accepts(chosen)) return chosen;
  const file = describePath(path);
  const names = Object.keys(exports);
  const fitting = names.filter((name) => accepts(exports[name]));
  const what = wanted === 'default' ? 'no default export' : `no export '${wanted}'`;
  const problem =
    chosen === undefined
      ? `${file} has ${what}`
      : `The ${wanted === 'default' ? 'default export' : `export '${wanted}'`} of ${file} is ${describeValue(chosen)}, not a ${kind}`;
  const others = names.filter((name) => name !== 'default');
  const listed = others.length === 0 ? 'nothing else' : others.join(', ');
  const advice =
    fitting.length > 0
      ? `choose one of its ${kind}s with --export ${fitting.join(' or --export ')}`
      : `export the ${kind} that ${maker} returns as the default`;
  throw new UserError(`${problem}; it exports ${names.length === 0 ? 'nothing' : listed}: ${advice}.`);
}

/** Models and recipes say what they are. */
export function isOfKind(value: unknown, kind: string): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (isOfKind(value, 'recipe')) return 'a recipe (flamingo train takes it)';
  if (isOfKind(value, 'program')) return 'a model (flamingo compile takes it)';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
