/** The sentence, and the wrong use that it is about. */
export type Mistake = readonly [sentence: string, use: () => unknown];

/** What `rejected/shape-mistakes.ts` exports. */
export type MistakeTables = Readonly<
  Record<'tensorMistakes' | 'writtenMistakes' | 'builtMistakes', readonly Mistake[]>
>;
