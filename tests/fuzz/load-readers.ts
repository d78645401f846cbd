import { readdirSync } from 'node:fs';
import type { FuzzReader } from './fuzz-reader.ts';

const FOLDER = new URL('./readers/', import.meta.url);

/** The names of all readers: the files of `readers/`. */
export function readerNames(): readonly string[] {
  return readdirSync(FOLDER)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.replace(/\.ts$/, ''))
    .sort();
}

export async function loadReader(name: string): Promise<FuzzReader> {
  const module: { readonly reader: FuzzReader } = await import(new URL(`${name}.ts`, FOLDER).href);
  return module.reader;
}
