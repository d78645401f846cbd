import { InvalidArgumentError } from 'commander';

/** The values of one `--shot IMAGE TEXT` or, without an image, `--shot-text TEXT`. */
export interface ShotWords {
  readonly image?: string;
  readonly text: string;
}

/**
 * Makes one word of each `--shot IMAGE TEXT` and `--shot-text TEXT`, in their order: an option of commander takes one
 * value, or greedily all that follow. A `--shot` that lacks a value is left for commander to complain about.
 *
 * @param words the command line after the command's name
 */
export function joinShotWords(words: readonly string[]): readonly string[] {
  const joined: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    const [first, second] = [words[index + 1], words[index + 2]];
    if (word === '--') return [...joined, ...words.slice(index)];
    if (word === '--shot' && isValue(first) && isValue(second)) {
      joined.push(`--shot=${JSON.stringify({ image: first, text: second })}`);
      index += 2;
    } else if (word === '--shot-text' && isValue(first)) {
      joined.push(`--shot=${JSON.stringify({ text: first })}`);
      index += 1;
    } else if (word === '--shot') {
      // A shot with a value missing cannot be read, which commander will say.
      joined.push(`--shot=${isValue(first) ? first : ''}`);
      if (isValue(first)) index += 1;
    } else {
      joined.push(word);
    }
  }
  return joined;
}

function isValue(word: string | undefined): word is string {
  return word !== undefined && !word.startsWith('--');
}

/** Reads what `joinShotWords` wrote. */
export function parseShot(word: string): ShotWords {
  try {
    const parsed: unknown = JSON.parse(word);
    if (
      typeof parsed === 'object' &&
      parsed !== null &&
      'text' in parsed &&
      typeof parsed.text === 'string'
    ) {
      const { text } = parsed;
      return 'image' in parsed && typeof parsed.image === 'string' ? { image: parsed.image, text } : { text };
    }
  } catch {
    // Said below: it was typed by hand as --shot=IMAGE or lacks its text.
  }
  throw new InvalidArgumentError('an image and a text were expected: --shot IMAGE TEXT.');
}
