import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseJson } from '../../../artifact/parse-json.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { createTokenizer } from '../../../runtime/tokenizer.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateJson } from '../mutate-json.ts';

/** Larger vocabularies would only be slower. */
const LARGEST = 40 * 2 ** 10;

const TOKENS = { image: '<image>', endOfChunk: null, padding: '<image>', beginning: null, end: null };
const SAMPLES = ['A sample: 1 café. <image>\n', '🙂 日本 \0 \ud800', `${'a'.repeat(200)}!`, ' '.repeat(100)];

/** `tokenizer.json`: loaded, and used on a few texts. */
export const reader: FuzzReader = {
  name: 'tokenizers',
  async prepare() {
    const texts = files('tests/references')
      .concat(files('models/tokenizers'))
      .filter((path) => path.endsWith('.json') && statSync(path).size <= LARGEST)
      .map((path) => readFileSync(path, 'utf8'))
      .filter((text) => /"model"\s*:/.test(text) && /"vocab"\s*:/.test(text))
      .map(withImage);
    return {
      seeds: texts.map((text) => Buffer.from(text)),
      make: (random) => mutateJson(random, texts),
      read(file) {
        const text = Buffer.from(file).toString('utf8');
        let json: unknown;
        try {
          json = parseJson(text, 'tokenizer.json');
        } catch (error) {
          if (error instanceof SyntaxError) throw new UserError('tokenizer.json is not JSON.');
          throw error;
        }
        const tokenizer = createTokenizer(json, 'tokenizer.json', TOKENS);
        for (const sample of SAMPLES) tokenizer.decode(tokenizer.encode(sample), { keepSpecialTokens: true });
      },
    };
  },
};

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );
}

/** With the special token that every model has. */
function withImage(text: string): string {
  const json = JSON.parse(text);
  const added: { id: number; content: string }[] = json.added_tokens ?? [];
  if (added.some(({ content }) => content === '<image>')) return text;
  const vocabulary = Object.values(json.model.vocab).length;
  const id = added.reduce((most, token) => Math.max(most, token.id + 1), vocabulary);
  return JSON.stringify({ ...json, added_tokens: [...added, { id, content: '<image>', special: true }] });
}
