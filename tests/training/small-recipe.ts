import {
  nextTokenLoss,
  opt,
  type Recipe,
  type RecipeDefinition,
  recipe,
  type Task,
  task,
  textLogits,
} from '../../models/index.ts';

const TEXT = 5;
const VOCABULARY = 8;

export interface SmallRecipe extends Partial<RecipeDefinition> {
  /** Rows of a batch of each task, and the weight of its loss. Default one task of four rows. */
  readonly mixture?: readonly { readonly rows: readonly number[]; readonly weight: number }[];
}

/** A language model of one layer learns to count on; the rows of a batch are given by number. */
export function smallRecipe({
  mixture = [{ rows: [0, 1, 2, 3], weight: 1 }],
  ...rest
}: SmallRecipe = {}): Recipe {
  const language = opt({ dim: 8, layers: 1, heads: 2, vocabulary: VOCABULARY, contextLength: TEXT });
  const tasks = mixture.map(
    ({ rows, weight }, index): Task =>
      task({
        name: `rows-${index}`,
        weight,
        inputs: {
          tokens: { dtype: 'int64', shape: [rows.length, TEXT] },
          counted: { dtype: 'bool', shape: [rows.length, TEXT] },
        },
        loss: ({ tokens, counted }) => nextTokenLoss(textLogits(language, tokens), tokens, counted),
        data: {
          batch: (step) => ({
            tokens: BigInt64Array.from(
              rows.flatMap((row) =>
                Array.from({ length: TEXT }, (_, place) => (row * (step + 1) + place) % VOCABULARY),
              ),
              BigInt,
            ),
            counted: new Uint8Array(rows.length * TEXT).fill(1),
          }),
        },
      }),
  );
  return recipe({
    name: 'small',
    steps: 6,
    parts: { language: language.parts },
    tasks,
    optimizer: { learningRate: 0.01 },
    schedule: { kind: 'cosine', warmUp: 2 },
    ...rest,
  });
}
