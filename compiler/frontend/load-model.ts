import { stat } from 'node:fs/promises';
import { register } from 'node:module';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Program } from '../../dsl/program.ts';
import { UserError } from '../artifact/user-error.ts';
import { ownModule, ownModules, RUNS_FROM_SOURCE } from './own-package.ts';
import { describePath, SourceError } from './source-error.ts';

export interface LoadModelOptions {
  /** Which export is the model; its default export unless told. */
  readonly exportName?: string;
}

/**
 * Type-checks an author's model file, then runs it and returns the model that it exports. The checker comes first, so
 * that what is wrong with the types is said in the checker's place and words and not as a crash half-way.
 *
 * A file is run once a process: loading it again gives the same model.
 *
 * @param file a TypeScript module; relative paths start at the working directory
 * @throws SourceError for mistakes in the file, with the source lines
 * @throws UserError when the file is missing or exports no model
 */
export async function loadModel(file: string, options: LoadModelOptions = {}): Promise<Program> {
  const path = resolve(file);
  await requireTypeScriptFile(path);
  // The checker is large: nothing else of the command line waits for it.
  const { typeCheck } = await import('./type-check.ts');
  const findings = typeCheck(path);
  if (findings.length > 0) throw new SourceError(findings);
  const exports = await runModule(path);
  return chooseModel(exports, path, options.exportName);
}

async function requireTypeScriptFile(path: string): Promise<void> {
  const status = await stat(path).catch(() => undefined);
  if (status === undefined) throw new UserError(`There is no model file ${describePath(path)}.`);
  if (!status.isFile() || !['.ts', '.mts'].includes(extname(path))) {
    throw new UserError(
      `${describePath(path)} is not a TypeScript file; a model is defined in a .ts module.`,
    );
  }
}

let loaderReady: Promise<void> | undefined;

/** Makes Node run TypeScript, and `flamingo-onnx` mean this instance; once a process. */
async function prepareLoader(): Promise<void> {
  process.setSourceMapsEnabled(true);
  if (!RUNS_FROM_SOURCE) {
    const typescript = await import('tsx/esm/api');
    typescript.register();
  }
  const addresses = Object.entries(ownModules('run')).map(([name, path]) => [name, pathToFileURL(path).href]);
  register(pathToFileURL(ownModule('compiler/frontend/module-hooks')), {
    data: Object.fromEntries(addresses),
  });
}

async function runModule(path: string): Promise<Readonly<Record<string, unknown>>> {
  loaderReady ??= prepareLoader();
  await loaderReady;
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 200;
  try {
    return await import(pathToFileURL(path).href);
  } catch (error) {
    const { buildingError } = await import('./building-error.ts');
    throw buildingError(error, path);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

function chooseModel(exports: Readonly<Record<string, unknown>>, path: string, wanted = 'default'): Program {
  const chosen = exports[wanted];
  if (isProgram(chosen)) return chosen;
  const file = describePath(path);
  const names = Object.keys(exports);
  const models = names.filter((name) => isProgram(exports[name]));
  const what = wanted === 'default' ? 'no default export' : `no export '${wanted}'`;
  const problem =
    chosen === undefined
      ? `${file} has ${what}`
      : `The ${wanted === 'default' ? 'default export' : `export '${wanted}'`} of ${file} is ${describeValue(chosen)}, not a model`;
  const others = names.filter((name) => name !== 'default');
  const listed = others.length === 0 ? 'nothing else' : others.join(', ');
  const advice =
    models.length > 0
      ? `choose one of its models with --export ${models.join(' or --export ')}`
      : 'export the model that flamingo({ ... }) returns as the default';
  throw new UserError(`${problem}; it exports ${names.length === 0 ? 'nothing' : listed}: ${advice}.`);
}

function isProgram(value: unknown): value is Program {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'program';
}

function describeValue(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}
