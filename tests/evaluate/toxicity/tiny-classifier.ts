import { cp, mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors } from '../../../artifact/weights/safetensors.ts';
import { compile } from '../../../compiler/compile.ts';
import { add, cast, embedding, graph, multiply, rearrange, reduceSum } from '../../../models/index.ts';

/** Words that the tokenizer knows, by their ids. */
const WORDS = ['[PAD]', '[UNK]', '[CLS]', '[SEP]', 'a', 'cat', 'dog', 'bad', 'awful', 'kill'];

/** What each word adds to the logits of `toxic` and `threat`. */
const WEIGHTS: readonly (readonly [toxic: number, threat: number])[] = [
  ...[[100, 100] as const, [0.25, 0] as const, [-2, -3] as const, [-1, -1] as const],
  ...[
    [0, 0] as const,
    [-0.5, 0] as const,
    [0, -0.5] as const,
    [5, 0] as const,
    [7, 1] as const,
    [4, 9] as const,
  ],
];

/** The sums that a text's logits are: its words, with `[CLS]` and `[SEP]` around it. */
export function logitsOf(text: string): readonly [number, number] {
  const words = ['[CLS]', ...text.split(' ').filter((word) => word !== ''), '[SEP]'];
  const ids = words.map((word) => Math.max(1, WORDS.indexOf(word)));
  const sum = (label: 0 | 1) => ids.reduce((total, id) => total + (WEIGHTS[id]?.[label] ?? 0), 0);
  return [sum(0), sum(1)];
}

/** A classifier of texts in a folder as optimum exports one: logits are sums over a text's tokens, padding masked. */
export async function writeTinyClassifier(folder: string, config: object = {}): Promise<void> {
  const weights = embedding(WORDS.length, 2);
  const program = graph({
    name: 'classifier',
    inputs: {
      input_ids: { dtype: 'int64', shape: ['batch', 'text'] },
      attention_mask: { dtype: 'int64', shape: ['batch', 'text'] },
    },
    parts: { weights },
    outputs({ input_ids, attention_mask }) {
      const mask = rearrange(cast(attention_mask, 'float32'), 'batch text -> batch text 1');
      return { logits: add(reduceSum(multiply(weights(input_ids), mask), [1]), 0) };
    },
  });
  const work = `${folder}.work`;
  await mkdir(work, { recursive: true });
  const file = join(work, 'weights.safetensors');
  await writeSafetensors(file, [
    {
      ...{ name: 'weights.weight', dtype: 'float32', shape: [WORDS.length, 2] },
      data: Float32Array.from(WEIGHTS.flat()),
    },
  ]);
  await compile(program, { weights: [file], out: join(work, 'artifact'), copyWeights: true });
  await cp(join(work, 'artifact'), folder, { recursive: true });
  const [onnx = ''] = (await readdir(folder)).filter((name) => name.endsWith('.onnx'));
  await rename(join(folder, onnx), join(folder, 'model.onnx'));
  const special = (id: number) => ({
    ...{ id, content: WORDS[id], single_word: false, lstrip: false, rstrip: false, normalized: false },
    special: true,
  });
  await writeFile(
    join(folder, 'tokenizer.json'),
    JSON.stringify({
      ...{
        version: '1.0',
        truncation: null,
        padding: null,
        normalizer: { type: 'Lowercase' },
        decoder: null,
      },
      added_tokens: [0, 1, 2, 3].map(special),
      pre_tokenizer: { type: 'Whitespace' },
      post_processor: {
        type: 'TemplateProcessing',
        single: [
          { SpecialToken: { id: '[CLS]', type_id: 0 } },
          { Sequence: { id: 'A', type_id: 0 } },
          { SpecialToken: { id: '[SEP]', type_id: 0 } },
        ],
        pair: [],
        special_tokens: {
          '[CLS]': { id: '[CLS]', ids: [2], tokens: ['[CLS]'] },
          '[SEP]': { id: '[SEP]', ids: [3], tokens: ['[SEP]'] },
        },
      },
      model: {
        ...{ type: 'WordLevel', unk_token: '[UNK]' },
        vocab: Object.fromEntries(WORDS.map((word, id) => [word, id])),
      },
    }),
  );
  await writeFile(
    join(folder, 'config.json'),
    JSON.stringify({
      ...{
        model_type: 'bert',
        id2label: { 0: 'toxic', 1: 'threat' },
        max_position_embeddings: 16,
        pad_token_id: 0,
      },
      problem_type: 'multi_label_classification',
      ...config,
    }),
  );
}
