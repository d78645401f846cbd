import type { LanguageManifest } from '../../artifact/manifest.ts';
import { parseJson } from '../../artifact/parse-json.ts';
import { plain, quoted } from '../../artifact/quoted.ts';
import { UserError } from '../../artifact/user-error.ts';
import type { TensorToWrite } from '../../artifact/weights/safetensors.ts';
import type { StoredData } from '../../artifact/weights/stored-dtype.ts';
import { LIMITS } from '../../dsl/limits.ts';
import type { Prefix } from '../generate/cache/prefix-cache.ts';
import { joinStored, storedNames } from '../generate/cache/stored-tokens.ts';
import type { LanguageModel } from '../generate/language-model.ts';
import type { PixelRule } from '../images/pixel-rule.ts';
import type { EncodedMedia, MediaWay } from '../media/way.ts';
import type { Platform, TaskStore } from '../platform.ts';
import { CheckedTensors } from './checked-tensors.ts';
import type { NamedMedia } from './media-memory.ts';
import type { Preparation } from './preparation.ts';
import type { TaskFacts } from './prepared-tasks.ts';
import {
  checkedText,
  describeExamples,
  namedExamples,
  TASK_FORMAT,
  type TaskDescription,
  taskDescription,
} from './task-description.ts';

/** The entry of the header's `__metadata__` that says what the file is. */
const ENTRY = 'flamingo-task';

/** What of the description the checksum is of. */
type Described = Omit<TaskDescription, 'checksum'>;

export type TaskFilesParts = {
  readonly platform: Platform;
  readonly manifest: LanguageManifest;
  readonly pixels: PixelRule;
  readonly way: MediaWay;
  readonly language: LanguageModel;
  readonly preparation: Preparation;
};

/** A task as a file has it; the checksum is of all of it. */
export type FiledTask = { readonly facts: TaskFacts; readonly prefix: Prefix; readonly checksum: string };

/**
 * Tasks in files: safetensors with the keys and values of the examples' tokens, the pictures that questions may still look
 * at, the tokens, and in the header what the examples say and which model read them.
 */
export class TaskFiles {
  readonly #parts: TaskFilesParts;

  constructor(parts: TaskFilesParts) {
    this.#parts = parts;
  }

  /**
   * Writes a task. The file appears when it is complete, in the place of an earlier one.
   *
   * @throws UserError for a file that cannot be written
   */
  async write(path: string, facts: TaskFacts, prefix: Prefix): Promise<void> {
    const store = this.#store();
    const described: Described = {
      format: TASK_FORMAT,
      model: await this.#identity(),
      pixels: this.#parts.pixels,
      examples: describeExamples(facts.examples),
      pictures: facts.pictures.map(({ name, outline }) => ({ name, shapes: shapesOf(outline) })),
    };
    const tensors = this.#tensorsOf(facts, prefix);
    const sums = new Map<string, string>();
    for (const { name, data } of tensors) sums.set(name, await this.#hash(data));
    const checksum = await this.#checksum(described, sums);
    await store.write(path, tensors, { [ENTRY]: JSON.stringify({ ...described, checksum }) });
  }

  /**
   * Reads a task that this model has prepared.
   *
   * @param most tokens that it may have
   * @throws UserError for a file that is none, is damaged, was prepared by another model or is larger
   */
  async read(path: string, most: number): Promise<FiledTask> {
    const { manifest, way, language, preparation } = this.#parts;
    const file = await this.#store().open(path);
    const { checksum, ...described } = readDescription(file.metadata.get(ENTRY), path);
    await this.#requireSameModel(path, described);
    const tensors = new CheckedTensors(file, (data) => this.#hash(data));
    const { keyValueHeads, headDim, contextLength } = manifest.language;
    const length = tensors.lengthOf('tokens');
    if (length < 1 || length > contextLength) throw tensors.damage(`it has ${length} tokens`);
    if (length > most) {
      throw new UserError(
        `${path} has ${length} tokens but ${most} are kept at most: load the model with a larger 'keptTokens' or 'cachedTokens'.`,
      );
    }
    const tokens = await tensors.integers('tokens', [length]);
    const kept = new Map<number, EncodedMedia>();
    for (const number of way.seenAfter?.(tokens) ?? described.pictures.keys()) {
      const { shapes } = described.pictures[number] ?? {};
      if (shapes === undefined) throw tensors.damage(`it has no picture ${number + 1}`);
      const parts: [string, EncodedMedia[string]][] = [];
      for (const [part, shape] of Object.entries(shapes))
        parts.push([part, { data: await tensors.floats(pictureName(number, part), shape), shape }]);
      kept.set(number, Object.fromEntries(parts));
    }
    const values = new Map<string, Float32Array>();
    for (const name of storedNames(manifest.language))
      values.set(name, await tensors.floats(name, [keyValueHeads, length, headDim]));
    tensors.requireNoOther();
    if ((await this.#checksum(described, tensors.sums)) !== checksum)
      throw tensors.damage('its checksum is not that of what it holds');
    const pictures = described.pictures.map(
      ({ name, shapes }, number): NamedMedia => ({ name, encoded: kept.get(number) ?? outlineFrom(shapes) }),
    );
    const examples = namedExamples(described.examples, pictures);
    const facts = preparation.factsOf(examples, pictures, length);
    if (facts?.tokens.join() !== tokens.join())
      throw tensors.damage('its tokens are not those of its examples');
    const media = pictures.map(({ encoded }) => encoded);
    if (!language.goesOn({ tokens, media })) throw tensors.damage('its pictures are none of this model');
    const parts = [{ stored: { tokens: length, values }, count: length }];
    return { facts, checksum, prefix: { length, parts, pictures: kept } };
  }

  #tensorsOf(
    facts: TaskFacts,
    { length, parts, pictures }: Prefix,
  ): (TensorToWrite & { data: StoredData })[] {
    const { language } = this.#parts.manifest;
    const shape = [language.keyValueHeads, length, language.headDim];
    const dtype = 'float32';
    return [
      { name: 'tokens', dtype: 'int64', shape: [length], data: BigInt64Array.from(facts.tokens, BigInt) },
      ...Array.from(
        joinStored(parts, language).values,
        ([name, data]) => ({ name, dtype, shape, data }) as const,
      ),
      ...[...(pictures ?? [])].flatMap(([number, picture]) =>
        Object.entries(picture).map(
          ([part, { data, shape }]) => ({ name: pictureName(number, part), dtype, shape, data }) as const,
        ),
      ),
    ];
  }

  /** @throws UserError for a task of another model, or of pictures that were read otherwise */
  async #requireSameModel(path: string, { model, pixels }: Described): Promise<void> {
    const own = await this.#identity();
    if (model.sha256 !== own.sha256) {
      const one = `'${plain(model.name, 100)}' in ${plain(model.precision, 20)}`;
      const other = `'${own.name}' in ${own.precision}`;
      throw new UserError(
        one === other
          ? `${path} was prepared by another model of the name ${one}, with other weights or graphs: prepare the task again.`
          : `${path} was prepared by the model ${one}, but this is ${other}: prepare the task again, or load that model.`,
      );
    }
    if (pixels === this.#parts.pixels) return;
    throw new UserError(
      `${path} was prepared with the pixels '${pixels}' but the model was loaded with '${this.#parts.pixels}': load it with the others, or prepare the task again.`,
    );
  }

  /** What answers depend on: graphs, weights and tokenizer, how pictures reach the text, and how both are read. */
  async #identity(): Promise<TaskDescription['model']> {
    const { model, precision, files, graphs, image, language, media } = this.#parts.manifest;
    const listed = Object.entries(files)
      .map(([name, file]) => [name, file.bytes, 'sha256' in file ? file.sha256 : file.sample])
      .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    const used = Object.entries(graphs).map(([name, { file }]) => [name, file]);
    const sha256 = await this.#hashOf(JSON.stringify([listed, used, image, language, media]));
    return { name: model.name, precision: precision.weights, sha256 };
  }

  #checksum(described: Described, sums: ReadonlyMap<string, string>): Promise<string> {
    return this.#hashOf(checkedText(described, sums));
  }

  #hash({ buffer, byteOffset, byteLength }: StoredData): Promise<string> {
    return this.#parts.platform.pictures.hash(new Uint8Array(buffer, byteOffset, byteLength));
  }

  #hashOf(text: string): Promise<string> {
    return this.#parts.platform.pictures.hash(new TextEncoder().encode(text));
  }

  #store(): TaskStore {
    const { language, platform, manifest } = this.#parts;
    if (manifest.language.states !== undefined) {
      throw new UserError(
        `A task is kept in a file as keys and values, but the model '${manifest.model.name}' has recurrences, whose state is known behind the last token alone: prepare it in the program that asks.`,
      );
    }
    if (!language.inPieces) {
      throw new UserError(
        `A task is kept in a file where a model reads prompts in pieces, but its way of media '${manifest.media.way}' reads them whole: give 'inPieces' in runMediaWay.`,
      );
    }
    if (platform.tasks !== undefined) return platform.tasks;
    throw new UserError('A task is to be kept in a file but there are no files here: prepare it in Node.');
  }
}

/** @throws UserError for a file that says nothing of a task, or what no task says */
function readDescription(source: string | undefined, path: string): TaskDescription {
  if (source === undefined) {
    throw new UserError(
      `${path} is no prepared task: give a file that 'flamingo prepare' or the 'save' of a task wrote.`,
    );
  }
  const { most, of } = LIMITS.taskDescription;
  if (source.length > most)
    throw new UserError(
      `${path} describes a task in ${source.length} characters: at most ${most} ${of} are read.`,
    );
  let json: unknown;
  try {
    json = parseJson(source, path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is damaged (its description is not JSON): prepare the task again.`);
  }
  const format = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
  if (typeof format === 'number' && format !== TASK_FORMAT) {
    throw new UserError(
      `${path} has the format ${format} of tasks but this version of flamingo-onnx reads ${TASK_FORMAT}: prepare the task again.`,
    );
  }
  const parsed = taskDescription.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'description' : issue.path.join('.');
  throw new UserError(
    `${path} is damaged (its ${quoted(place)} is not as expected): prepare the task again.`,
  );
}

function shapesOf(picture: EncodedMedia): Record<string, number[]> {
  return Object.fromEntries(Object.entries(picture).map(([part, { shape }]) => [part, [...shape]]));
}

function outlineFrom(shapes: Readonly<Record<string, readonly number[]>>): EncodedMedia {
  return Object.fromEntries(
    Object.entries(shapes).map(([part, shape]) => [part, { data: new Float32Array(0), shape }]),
  );
}

function pictureName(number: number, part: string): string {
  return `picture.${number}.${part}`;
}
