import type { Picture } from './state.ts';

/** A picture of a file that a person has chosen or dropped. */
export async function pictureOfFile(file: File): Promise<Picture> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  return { name: file.name, url: URL.createObjectURL(file), bytes };
}

/** @throws Error where it is not there */
export async function pictureAt(name: string, url: string): Promise<Picture> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} is not there (${response.status})`);
  return { name, url, bytes: new Uint8Array(await response.arrayBuffer()) };
}
