// Asks the model over KServe's v2 protocol:
// npx tsx client.ts http://localhost:8000 --shot cat.jpg "a cat." --image dog.jpg
import { readFile } from 'node:fs/promises';

/** An example, answer included, or the question. */
export interface Piece {
  readonly text: string;
  /** The content of picture files. */
  readonly images: readonly Uint8Array[];
}

export interface AnswerSettings {
  readonly max_new_tokens?: number;
  /** Default 0: the likeliest token. */
  readonly temperature?: number;
  readonly top_k?: number;
  readonly top_p?: number;
  readonly seed?: number;
}

const TYPES: Readonly<Record<keyof AnswerSettings, string>> = {
  max_new_tokens: 'INT32',
  temperature: 'FP32',
  top_k: 'INT32',
  top_p: 'FP32',
  seed: 'INT64',
};

/**
 * The text of an answer.
 *
 * @param address of the server: `http://localhost:8000`
 * @param pieces the examples, then the question
 */
export async function ask(
  address: string,
  pieces: readonly Piece[],
  settings: AnswerSettings = {},
): Promise<string> {
  const strings = (name: string, data: readonly string[]) => ({
    ...{ name, datatype: 'BYTES', shape: [data.length], data },
  });
  const images = pieces.flatMap((piece) => piece.images);
  const inputs = [
    strings(
      'texts',
      pieces.map(({ text }) => text),
    ),
    // JSON has no bytes: files go as base64, which the model reads too.
    ...(images.length > 0
      ? [
          strings(
            'images',
            images.map((image) => Buffer.from(image).toString('base64')),
          ),
        ]
      : []),
    {
      ...{ name: 'images_of_text', datatype: 'INT32', shape: [pieces.length] },
      data: pieces.map((piece) => piece.images.length),
    },
    ...Object.entries(settings).map(([name, value]) => ({
      ...{ name, datatype: TYPES[name as keyof AnswerSettings], shape: [1], data: [value] },
    })),
  ];
  const response = await fetch(`${address}/v2/models/MODEL_NAME/infer`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ inputs, outputs: [{ name: 'text' }] }),
  });
  const answer: { error?: string; outputs?: { name: string; data: string[] }[] } = JSON.parse(
    await response.text(),
  );
  const text = answer.outputs?.find(({ name }) => name === 'text')?.data[0];
  if (text === undefined) throw new Error(answer.error ?? `${address} gave no answer (${response.status})`);
  return text;
}

const SETTINGS: ReadonlyMap<string, keyof AnswerSettings> = new Map([
  ['--max-new-tokens', 'max_new_tokens'],
  ['--temperature', 'temperature'],
  ['--top-k', 'top_k'],
  ['--top-p', 'top_p'],
  ['--seed', 'seed'],
]);

/** The words of the command line: `--shot PICTURE TEXT`, `--image PICTURE`, `--text TEXT`, and settings of the answer. */
async function main([address, ...words]: readonly string[]): Promise<void> {
  const pieces: Piece[] = [];
  const question: { text: string; images: Uint8Array[] } = { text: '', images: [] };
  const settings = new Map<keyof AnswerSettings, number>();
  for (const rest = words.values(), word = () => rest.next().value ?? ''; ; ) {
    const option = word();
    if (option === '') break;
    const setting = SETTINGS.get(option);
    if (setting !== undefined) settings.set(setting, Number(word()));
    else if (option === '--shot') pieces.push({ images: [await readFile(word())], text: word() });
    else if (option === '--image') question.images.push(await readFile(word()));
    else if (option === '--text') question.text = word();
    else {
      const known = ['--shot PICTURE TEXT', '--image PICTURE', '--text TEXT', ...SETTINGS.keys()];
      throw new Error(`${option} is not known: give ${known.join(', ')}`);
    }
  }
  if (address === undefined) throw new Error('give the address of the server: http://localhost:8000');
  console.log(await ask(address, [...pieces, question], Object.fromEntries(settings)));
}

if (process.argv[1]?.endsWith('client.ts')) {
  main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  });
}
