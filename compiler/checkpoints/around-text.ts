import { z } from 'zod';

/** The special tokens that a tokenizer itself puts around every text. */
export interface AroundText {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const NOTHING: AroundText = { before: [], after: [] };

const sequence = z.object({ type: z.literal('Sequence'), processors: z.array(z.unknown()) });
const template = z.object({
  type: z.literal('TemplateProcessing'),
  single: z.array(z.unknown()),
  special_tokens: z.record(z.string(), z.object({ tokens: z.array(z.string()) })).catch({}),
});
const special = z.object({ SpecialToken: z.object({ id: z.string() }) });
const token = z.tuple([z.string(), z.number()]);
const pair = z.object({ type: z.enum(['BertProcessing', 'RobertaProcessing']), cls: token, sep: token });

/** What a `post_processor` of a `tokenizer.json` puts around one text; one that is of no known kind puts nothing. */
export function aroundText(postProcessor: unknown): AroundText {
  const several = sequence.safeParse(postProcessor).data;
  // The original does not do two of these on one text.
  if (several !== undefined)
    return (
      several.processors.map(aroundText).find(({ before, after }) => before.length + after.length > 0) ??
      NOTHING
    );
  const both = pair.safeParse(postProcessor).data;
  if (both !== undefined) return { before: [both.cls[0]], after: [both.sep[0]] };
  const { single = [], special_tokens = {} } = template.safeParse(postProcessor).data ?? {};
  const parts = single.map((part) => special.safeParse(part).data?.SpecialToken.id);
  // A template names its tokens by keys, which are mostly their texts.
  const tokensOf = (ids: readonly (string | undefined)[]) =>
    ids.flatMap((id) => (id === undefined ? [] : (special_tokens[id]?.tokens ?? [id])));
  const text = parts.indexOf(undefined);
  if (text < 0) return { before: tokensOf(parts), after: [] };
  return { before: tokensOf(parts.slice(0, text)), after: tokensOf(parts.slice(text)) };
}
