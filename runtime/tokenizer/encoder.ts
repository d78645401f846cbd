import { z } from 'zod';
import { LIMITS } from '../../dsl/limits.ts';
import { type AddedToken, type Section, tokenFinder } from './added-tokens.ts';
import { wellFormed } from './characters.ts';
import { parseSection } from './component.ts';
import type { Step } from './decoders/decoder.ts';
import { readDecoder } from './decoders/index.ts';
import { readModel } from './models/index.ts';
import { checkedId } from './models/vocabulary.ts';
import { readNormalizer } from './normalizers/index.ts';
import type { Normalizer } from './normalizers/normalizer.ts';
import type { Piece } from './piece.ts';
import { checkPostProcessor } from './post-processors.ts';
import { readPreTokenizer } from './pre-tokenizers/index.ts';
import type { TimeLimit } from './time-limit.ts';

const fileSchema = z.looseObject({
  version: z.literal('1.0').optional(),
  added_tokens: z
    .array(
      z.looseObject({
        id: z.number(),
        content: z.string().min(1).max(LIMITS.addedToken.most),
        single_word: z.boolean().default(false),
        lstrip: z.boolean().default(false),
        rstrip: z.boolean().default(false),
        normalized: z.boolean().optional(),
        special: z.boolean().default(false),
      }),
    )
    .default([]),
  normalizer: z.unknown().optional(),
  pre_tokenizer: z.unknown().optional(),
  post_processor: z.unknown().optional(),
  decoder: z.unknown().optional(),
  model: z.unknown().optional(),
});

/** A `tokenizer.json` at work. */
export interface Encoder {
  readonly added: readonly AddedToken[];
  /** One more than the highest id. */
  readonly size: number;
  /** @throws UnknownText for text that has no tokens, where there is no token for what is unknown */
  encode(text: string): number[];
  /** As `encode`, without the id of what is unknown, unless that token stands in the text. */
  found(text: string): number[];
  /** Whether encoding runs a regular expression of the file's own. */
  readonly patterned: boolean;
  /** Decodes ids as they come; those without a token give nothing. */
  decoding(): { push(id: number): string; end(): string };
  idOf(token: string): number | undefined;
  tokenOf(id: number): string | undefined;
}

/**
 * Does what a `tokenizer.json` says (Hugging Face tokenizers 1.0): finds added tokens, normalises what is between them,
 * parts it into words and these into tokens; and back. Equal to Python's `tokenizers` 0.23, which
 * `tests/references/tokenizer_files.py` compares it with, but for letters that Unicode has had only lately: each side knows
 * those of its own release. A file's "truncation" and "padding" are not done, and nothing is put around a text.
 *
 * @param runsWithin bounds the time in which its regular expressions are tried
 * @throws Error whose message is what cannot be done
 */
export function readEncoder(json: unknown, runsWithin: TimeLimit): Encoder {
  const file = parseSection(fileSchema, json, 'content');
  const normalize = readNormalizer(file.normalizer, runsWithin);
  const preTokenize = readPreTokenizer(file.pre_tokenizer, runsWithin);
  const model = readModel(file.model, runsWithin);
  checkPostProcessor(file.post_processor, runsWithin);
  const decoder = readDecoder(file.decoder, runsWithin);
  const added = file.added_tokens.map(
    (token): AddedToken => ({ ...token, normalized: token.normalized ?? !token.special }),
  );

  const texts = new Map<number, string>();
  for (const [token, id] of model.ids) texts.set(id, token);
  if (texts.size < model.ids.size) refuseSameId(model.ids);
  for (const [id, token] of (model.tokens ?? []).entries()) texts.set(id, token);
  // What is added is looked up before the vocabulary, which is not copied for it.
  const addedIds = new Map<string, number>();
  const idOf = (token: string) => addedIds.get(token) ?? model.ids.get(token);
  for (const { content, id } of added) {
    const known = idOf(content);
    if (known !== undefined && known !== id)
      throw new Error(
        `its token ${JSON.stringify(content)} has the id ${known} in one place and ${id} in another`,
      );
    const other = texts.get(checkedId(id, content));
    if (other !== undefined && other !== content) throw sameId(other, content, id);
    addedIds.set(content, id);
    texts.set(id, content);
  }
  let size = 0;
  for (const id of texts.keys()) if (id >= size) size = id + 1;

  const asWritten = byText(
    added.filter(({ normalized }) => !normalized),
    (text) => text,
  );
  const inNormalized = byText(
    added.filter(({ normalized }) => normalized),
    normalize,
  );
  // Such a token is decoded as it was found.
  for (const [text, { id }] of inNormalized) texts.set(id, text);
  const findAsWritten = tokenFinder(asWritten);
  const findNormalized = tokenFinder(inNormalized);
  const sectionsOf = (text: string): Section[] =>
    findAsWritten(whole(text))
      .flatMap((section) => (typeof section === 'number' ? section : normalised(section, normalize)))
      .flatMap((section) => (typeof section === 'number' ? section : findNormalized(section)));
  const idsOf = (piece: Piece): number[] =>
    preTokenize(piece).flatMap((word) => [...model.encode(word.text)]);
  return {
    added,
    size,
    idOf,
    tokenOf: (id) => texts.get(id),
    patterned: [file.normalizer, file.pre_tokenizer].some(hasExpression),
    encode: (text) =>
      sectionsOf(text).flatMap((section) => (typeof section === 'number' ? section : idsOf(section))),
    found: (text) =>
      sectionsOf(text).flatMap((section) =>
        typeof section === 'number' ? section : idsOf(section).filter((id) => id !== model.unknown),
      ),
    decoding() {
      const step: Step = decoder.start();
      return {
        push(id) {
          const token = texts.get(id);
          return token === undefined ? '' : step.push(token).join('');
        },
        end: () => step.end().join(''),
      };
    },
  };
}

/** @throws Error that names the first two of a vocabulary's tokens that have one id */
function refuseSameId(ids: ReadonlyMap<string, number>): never {
  const holders = new Map<number, string>();
  for (const [token, id] of ids) {
    const other = holders.get(id);
    if (other !== undefined) throw sameId(other, token, id);
    holders.set(id, token);
  }
  throw new Error('its vocabulary has fewer ids than tokens');
}

function sameId(one: string, other: string, id: number): Error {
  return new Error(`its tokens ${JSON.stringify(one)} and ${JSON.stringify(other)} have the same id, ${id}`);
}

/** A text as one piece. */
function whole(text: string): Piece {
  const written = wellFormed(text);
  return { text: written, origin: firstLength(written) };
}

function hasExpression(section: unknown): boolean {
  if (typeof section !== 'object' || section === null) return false;
  return 'Regex' in section || Object.values(section).some(hasExpression);
}

/** Added tokens by the text that stands for them. */
function byText(tokens: readonly AddedToken[], normalize: Normalizer): ReadonlyMap<string, AddedToken> {
  const found = new Map<string, AddedToken>();
  for (const token of tokens) {
    const text = normalize(wellFormed(token.content));
    if (text === '')
      throw new Error(`its added token ${JSON.stringify(token.content)} is no text once it is normalised`);
    const other = found.get(text);
    if (other !== undefined && other.content !== token.content)
      throw new Error(
        `its added tokens ${JSON.stringify(other.content)} and ${JSON.stringify(token.content)} are the same text once they are normalised`,
      );
    found.set(text, token);
  }
  return found;
}

function normalised(piece: Piece, normalize: Normalizer): Piece | readonly [] {
  const text = normalize(piece.text);
  if (text === '') return [];
  if (piece.origin === 0) return { text, origin: 0 };
  // What stands for the text's first character, by itself and so also in the text, unless it joins with the next.
  const first = normalize(piece.text.slice(0, piece.origin));
  return { text, origin: text.startsWith(first) ? first.length : firstLength(text) };
}

/** Code units of a text's first character. */
function firstLength(text: string): number {
  return (text.codePointAt(0) ?? 0) > 0xffff ? 2 : Math.min(1, text.length);
}
