import { z } from 'zod';
import { checkArgument } from '../../arguments/check-argument.ts';
import { tokenizeCaption } from './ptb/tokenize-caption.ts';

/** A caption that a model wrote for one picture, and those that people wrote. */
export interface CaptionItem {
  readonly candidate: string;
  /** At least one. */
  readonly references: readonly string[];
}

/** A metric over a corpus of captions. */
export interface CaptionScore {
  /** Of the whole corpus. */
  readonly score: number;
  /** Of each item, in their order. */
  readonly scores: readonly number[];
}

const ITEMS = z
  .array(z.looseObject({ candidate: z.string(), references: z.array(z.string()).min(1) }))
  .min(1);

/** What the options of every metric of captions may have. */
export const CAPTION_OPTIONS = z.strictObject({ tokenize: z.boolean().optional() });

/** What a metric compares: captions after `tokenizeCaption`, or as they are. */
export interface CaptionOptions {
  /** False where captions are tokenized already: tokens between spaces. Default true. */
  readonly tokenize?: boolean;
}

/**
 * Items as a metric of captions compares them.
 *
 * @throws UserError without items, or where one has no references
 */
export function preparedItems(
  metric: string,
  items: readonly CaptionItem[],
  { tokenize = true }: CaptionOptions,
): readonly CaptionItem[] {
  checkArgument(`the list of items of ${metric}`, ITEMS, items);
  const prepared = tokenize ? remembered(tokenizeCaption) : (caption: string) => caption;
  return items.map(({ candidate, references }) => ({
    candidate: prepared(candidate),
    references: references.map(prepared),
  }));
}

/** Captions of a corpus repeat. */
function remembered(tokenize: (caption: string) => string): (caption: string) => string {
  const known = new Map<string, string>();
  return (caption) => {
    const found = known.get(caption) ?? tokenize(caption);
    known.set(caption, found);
    return found;
  };
}
