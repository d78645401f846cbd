import type { LanguageManifest } from '../../artifact/manifest.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { Prefix } from '../generate/cache/prefix-cache.ts';
import { type PromptKey, promptKeys } from '../generate/cache/prompt-keys.ts';
import { readsInPieces } from '../generate/in-pieces.ts';
import type { PreparedPrompt } from '../generate/language-model.ts';
import type { EncodedMedia, MediaWay } from '../media/way.ts';
import {
  type EncodedChoices,
  type EncodedPrompt,
  encodeChoices,
  encodePrompt,
  expandImages,
} from '../prompt/encode.ts';
import { type Examples, promptAfter } from '../prompt/examples.ts';
import { joinChoice } from '../prompt/join-choice.ts';
import { refuseSpecialTokens } from '../prompt/plain-text.ts';
import type { Prompt } from '../prompt/prompt.ts';
import { type RenderedPrompt, renderExamples, renderPrompt } from '../prompt/render.ts';
import { sharedLength } from '../prompt/shared-length.ts';
import type { Tokenizer } from '../tokenizer.ts';
import type { MediaMemory, NamedMedia } from './media-memory.ts';
import { pictureTokens } from './picture-tokens.ts';
import type { PreparedTasks, Task, TaskFacts } from './prepared-tasks.ts';
import { outlineOf } from './prepared-tasks.ts';
import type { Asked, RequestOptions } from './protocol.ts';

/** What prompts are prepared with. */
export type PreparationParts = {
  readonly manifest: LanguageManifest;
  readonly tokenizer: Tokenizer;
  readonly way: MediaWay;
  readonly media: MediaMemory;
  readonly tasks: PreparedTasks;
};

/** A prompt, and the tokens of each choice after it. */
export type PreparedChoices = Omit<EncodedChoices, 'prompt'> & { readonly prompt: PreparedPrompt };

/** How what is asked becomes what the language graph takes: it is rendered and tokenised, its pictures are encoded. */
export class Preparation {
  readonly #parts: PreparationParts;

  constructor(parts: PreparationParts) {
    this.#parts = parts;
  }

  /** @throws UserError for what the model cannot be asked, or what is longer than its context */
  async prompt(asked: Asked, newTokens: number, request: RequestOptions = {}): Promise<PreparedPrompt> {
    const { manifest, tokenizer, way } = this.#parts;
    const { contextLength, cacheLength } = manifest.language;
    const { rendered, task } = this.#render(asked);
    const { leastTokens } = way;
    const encoded = encodePrompt(rendered, tokenizer, { contextLength, cacheLength, newTokens, leastTokens });
    return this.#withMedia(encoded, newTokens, task, request);
  }

  /** @param endOfChunk whether each choice ends with the token that ends answers */
  async choices(
    asked: Asked,
    choices: readonly string[],
    endOfChunk: boolean,
    request: RequestOptions,
  ): Promise<PreparedChoices> {
    const { manifest, tokenizer, way } = this.#parts;
    const { rendered, prompt, task } = this.#render(asked);
    const joined = choices.map((choice) => joinChoice(prompt, rendered.text, choice));
    const last = endOfChunk ? (tokenizer.special.endOfChunk ?? tokenizer.special.end) : null;
    const encoded = encodeChoices(rendered, joined, tokenizer, {
      contextLength: manifest.language.contextLength,
      cacheLength: manifest.language.cacheLength,
      leastTokens: way.leastTokens,
      ...(last !== null && { last }),
    });
    const longest = encoded.candidates.reduce((most, { length }) => Math.max(most, length), 0);
    return { ...encoded, prompt: await this.#withMedia(encoded.prompt, longest, task, request) };
  }

  /** What every prompt of a task begins with. */
  async examples(
    examples: Examples,
    request: RequestOptions,
  ): Promise<{ facts: TaskFacts; prompt: PreparedPrompt & { readonly keys: readonly PromptKey[] } }> {
    const encoded = this.#encodeExamples(examples);
    const prompt = await this.#withMedia(encoded, 0, undefined, request);
    const pictures = prompt.pictures.map(({ name, encoded }) => ({ name, outline: outlineOf(encoded) }));
    const { tokens, keys } = prompt;
    return { facts: { examples, pictures, tokens, keys }, prompt };
  }

  /**
   * What is known of examples whose pictures are at hand.
   *
   * @returns undefined where these have not so many pictures or tokens
   */
  factsOf(examples: Examples, pictures: readonly NamedMedia[], length: number): TaskFacts | undefined {
    const { manifest, tokenizer, way } = this.#parts;
    const encoded = this.#encodeExamples(examples);
    const written = pictures.map((picture) => pictureTokens(way, tokenizer, picture.encoded));
    const needed = written.reduce((sum, each) => sum + each.length - 1, encoded.tokens.length);
    if (encoded.media.length !== pictures.length || needed !== length) return undefined;
    const { special } = tokenizer;
    const tokens = expandImages(encoded, written, special, manifest.language);
    const named = pictures.map(({ name, encoded }) => ({ name, places: way.tokensOf(encoded) }));
    const outlines = pictures.map(({ name, encoded }) => ({ name, outline: outlineOf(encoded) }));
    return { examples, pictures: outlines, tokens, keys: promptKeys(tokens, special.image, named) };
  }

  #encodeExamples(examples: Examples): EncodedPrompt {
    const { manifest, tokenizer, way } = this.#parts;
    const { contextLength, cacheLength, tokens: special, dialogue } = manifest.language;
    refuseSpecialTokens(promptAfter(examples, {}), tokenizer);
    const { leastTokens } = way;
    const rendered = renderExamples(examples, special, dialogue);
    return encodePrompt(rendered, tokenizer, { contextLength, cacheLength, leastTokens });
  }

  #render(asked: Asked): { rendered: RenderedPrompt; prompt: Prompt; task: Task | undefined } {
    const { manifest, tokenizer, tasks } = this.#parts;
    const { tokens: special, dialogue } = manifest.language;
    if (!('task' in asked)) {
      const rendered = renderPrompt(asked, special, dialogue);
      refuseSpecialTokens(asked, tokenizer);
      return { rendered, prompt: asked, task: undefined };
    }
    const task = tasks.get(asked.task);
    const prompt = promptAfter(task.facts.examples, asked.question);
    const rendered = renderPrompt(prompt, special, dialogue);
    // The examples' texts were looked at when they were read.
    refuseSpecialTokens({ query: asked.question }, tokenizer);
    return { rendered, prompt, task };
  }

  /** Encodes the media of a prompt, and gives each picture the tokens that it takes. */
  async #withMedia(
    encoded: EncodedPrompt,
    newTokens: number,
    task: Task | undefined,
    request: RequestOptions,
  ): Promise<PreparedPrompt & { keys: readonly PromptKey[]; pictures: readonly NamedMedia[] }> {
    const { manifest, tokenizer, way, media } = this.#parts;
    const { contextLength, cacheLength } = manifest.language;
    const inPieces = readsInPieces(way, manifest.language);
    const prefix = inPieces ? await task?.prefix(request.signal) : undefined;
    const known = prefix === undefined ? [] : (task?.facts.pictures ?? []).map(picturesOf(prefix));
    const others = await media.encodeNamed(encoded.media.slice(known.length), request);
    const pictures = [...known, ...others];
    const written = pictures.map((picture) => pictureTokens(way, tokenizer, picture.encoded));
    const { special } = tokenizer;
    const tokens = expandImages(encoded, written, special, { contextLength, cacheLength, newTokens });
    const keys = promptKeys(
      tokens,
      special.image,
      pictures.map(({ name, encoded }) => ({ name, places: way.tokensOf(encoded) })),
    );
    const own = task && prefix && beginningOf(prefix, task.facts, keys);
    const shown: readonly EncodedMedia[] = pictures.map((picture) => picture.encoded);
    return { tokens, media: shown, keys, pictures, ...(own && { prefix: own }) };
  }
}

/** A picture of a task whose examples are not read again: with its values where later text may look at it. */
function picturesOf({
  pictures,
}: Prefix): (picture: TaskFacts['pictures'][number], index: number) => NamedMedia {
  return ({ name, outline }, index) => ({ name, encoded: pictures?.get(index) ?? outline });
}

/**
 * What a prompt has in common with its task's examples. That is all of them but for a token or two at their end, which
 * the tokenizer may join with what follows; these are read again.
 */
function beginningOf(prefix: Prefix, { keys: examples }: TaskFacts, keys: readonly PromptKey[]): Prefix {
  const length = Math.min(sharedLength(examples, keys), keys.length - 1);
  if (examples.slice(length).some((key) => typeof key === 'string')) {
    throw new UserError(
      "The tokenizer makes other tokens of the task's pictures before this question: ask with the examples in the prompt itself.",
    );
  }
  let left = length;
  const parts = prefix.parts.flatMap(({ stored, count }) => {
    const taken = Math.min(count, left);
    left -= taken;
    return taken === 0 ? [] : [{ stored, count: taken }];
  });
  return { ...prefix, length, parts };
}
