import { createHash } from 'node:crypto';
import { copyFile, link, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { markedName, plainName } from '../artifact-names.ts';
import type { FileManifest, Manifest } from '../manifest.ts';

/** Files of an artifact by name, each with what tells its content from others. */
export type Fingerprints = ReadonlyMap<string, string>;

export function fingerprint(facts: FileManifest): string {
  if ('sha256' in facts) return facts.sha256;
  return createHash('sha256').update(JSON.stringify(facts)).digest('hex');
}

/**
 * An artifact that is being made. A file gets its plain name where the folder is new, or where the artifact that will
 * be replaced has the same file under a name already; otherwise a name that no file of other content has.
 */
export class ArtifactDraft {
  readonly folder: string;
  readonly files: Manifest['files'] = {};
  readonly #replaced: Fingerprints | undefined;

  /**
   * @param folder where its files are written meanwhile
   * @param replaced the files of the artifact that will be replaced; undefined where there is none
   */
  constructor(folder: string, replaced: Fingerprints | undefined) {
    this.folder = folder;
    this.#replaced = replaced;
  }

  /** Writes a file. @returns its name */
  async put(plain: string, bytes: Uint8Array): Promise<string> {
    await writeFile(join(this.folder, plain), bytes);
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return this.settle(plain, { bytes: bytes.byteLength, sha256 });
  }

  /** Lists a file that was written into the folder under its plain name. @returns its name from now on */
  async settle(plain: string, facts: FileManifest): Promise<string> {
    const name = this.#nameOf(plain, fingerprint(facts));
    if (name !== plain) await rename(join(this.folder, plain), join(this.folder, name));
    this.files[name] = facts;
    return name;
  }

  /** Takes over a file of another artifact: linked where the disk can, which takes no room. */
  async keep(directory: string, name: string, facts: FileManifest): Promise<void> {
    const plain = plainName(name);
    const [from, to] = [join(directory, name), join(this.folder, plain)];
    await link(from, to).catch(() => copyFile(from, to));
    await this.settle(plain, facts);
  }

  #nameOf(plain: string, content: string): string {
    if (this.#replaced === undefined) return plain;
    for (const [name, found] of this.#replaced)
      if (found === content && plainName(name) === plain) return name;
    return markedName(plain, content);
  }
}
