import { type FileHandle, open, rm } from 'node:fs/promises';
import { checkWritable } from '../../artifact/folder/check-writable.ts';
import { writeWhole } from '../../artifact/folder/write-whole.ts';
import { orRefusal } from '../../artifact/system-error.ts';

/**
 * The file of `--answers`, an object a line. It appears whole at the end, in the order of the tasks. Until then answers lie
 * beside it, in `FILE.partial`, in the order in which they come: those of an evaluation that was stopped or killed stay there.
 */
export class AnswersFile {
  readonly #path: string;
  readonly #partial: string;
  readonly #file: FileHandle;
  #count = 0;

  private constructor(path: string, partial: string, file: FileHandle) {
    this.#path = path;
    this.#partial = partial;
    this.#file = file;
  }

  /** @throws UserError where it could not be written */
  static async open(path: string): Promise<AnswersFile> {
    await checkWritable(path);
    const partial = `${path}.partial`;
    return new AnswersFile(path, partial, await orRefusal(partial, () => open(partial, 'w'), 'written'));
  }

  /** Adds answers that have come. @throws UserError where there is no room */
  async add(answers: readonly object[]): Promise<void> {
    await orRefusal(this.#partial, () => this.#file.appendFile(lines(answers)), 'written');
    this.#count += answers.length;
  }

  /** Writes all answers. @throws UserError where there is no room; those that were added stay */
  async finish(answers: readonly object[]): Promise<void> {
    await orRefusal(this.#path, () => writeWhole(this.#path, lines(answers)), 'written');
    this.#count = 0;
  }

  /** @returns a sentence about answers that were added and not finished, if there are any */
  async close(): Promise<string | undefined> {
    await this.#file.close();
    if (this.#count > 0)
      return `The answers so far, ${this.#count}, are in ${this.#partial}, one a line; the same command begins anew.`;
    await rm(this.#partial, { force: true });
    return undefined;
  }
}

function lines(answers: readonly object[]): string {
  return answers.map((answer) => `${JSON.stringify(answer)}\n`).join('');
}
