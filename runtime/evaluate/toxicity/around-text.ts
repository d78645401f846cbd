import { z } from 'zod';
import { UserError } from '../../../artifact/user-error.ts';
import { misfitOf, misfitWords } from '../../arguments/misfit.ts';

/** Ids that a tokenizer puts before and after a text of its own. */
export interface AroundText {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

const pair = z.tuple([z.string(), z.int()]);
const SECTIONS = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('BertProcessing'), sep: pair, cls: pair }),
  z.looseObject({ type: z.literal('RobertaProcessing'), sep: pair, cls: pair }),
  z.looseObject({ type: z.literal('ByteLevel') }),
  z.looseObject({ type: z.literal('Sequence'), processors: z.array(z.unknown()) }),
  z.looseObject({
    type: z.literal('TemplateProcessing'),
    single: z.array(
      z.strictObject({
        SpecialToken: z.looseObject({ id: z.string() }).optional(),
        Sequence: z.looseObject({ id: z.literal('A') }).optional(),
      }),
    ),
    special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(z.int()) })),
  }),
]);

/**
 * What the `post_processor` of a `tokenizer.json` puts around one text, as `[CLS]` and `[SEP]`: classifiers have learned with
 * it. (Prompts of models that answer are made otherwise, so the tokenizer itself puts nothing there.)
 *
 * @param path of the file, for sentences
 * @throws UserError for one that is not known
 */
export function aroundText(postProcessor: unknown, path: string): AroundText {
  if (postProcessor === null || postProcessor === undefined) return { before: [], after: [] };
  const parsed = SECTIONS.safeParse(postProcessor);
  if (!parsed.success) {
    const misfit = misfitOf(parsed.error, postProcessor);
    const place = ['post_processor', misfit.path].filter((part) => part !== '').join('.');
    throw new UserError(
      `${path} puts something around a text that is not known here (${misfitWords({ ...misfit, path: place })}): export the tokenizer with a TemplateProcessing, BertProcessing or RobertaProcessing.`,
    );
  }
  const section = parsed.data;
  switch (section.type) {
    case 'ByteLevel':
      return { before: [], after: [] };
    case 'Sequence':
      return section.processors
        .map((each) => aroundText(each, path))
        .reduce(
          (inner, outer) => ({
            before: [...outer.before, ...inner.before],
            after: [...inner.after, ...outer.after],
          }),
          { before: [], after: [] },
        );
    case 'TemplateProcessing': {
      const place = section.single.findIndex(({ Sequence: text }) => text !== undefined);
      const ids = (pieces: typeof section.single) =>
        pieces.flatMap(({ SpecialToken: token }) =>
          token === undefined ? [] : idsOf(section.special_tokens, token.id, path),
        );
      return { before: ids(section.single.slice(0, place)), after: ids(section.single.slice(place + 1)) };
    }
    default:
      return { before: [section.cls[1]], after: [section.sep[1]] };
  }
}

function idsOf(
  tokens: Readonly<Record<string, { readonly ids: readonly number[] }>>,
  name: string,
  path: string,
): readonly number[] {
  const found = tokens[name]?.ids;
  if (found !== undefined) return found;
  throw new UserError(
    `${path} puts '${name}' around a text, but has no ids of it under 'special_tokens': export the tokenizer again.`,
  );
}
