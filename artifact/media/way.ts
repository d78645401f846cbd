import type { z } from 'zod';
import type { Contract } from '../contract.ts';
import type { ImagePreprocessing, LanguageSettings } from '../facts.ts';

/** What else the manifest says of a model that answers prompts. */
export interface ModelSettings {
  readonly language: LanguageSettings;
  /** Undefined for a model that is shown no pictures. */
  readonly image: ImagePreprocessing | undefined;
}

/** How an input of the language graph is made of an output of the vision graph. */
export interface MadeOfPictures {
  /** The vision graph's output, whose first axis is of pictures. */
  readonly output: string;
  /** `rows`: each row is what was made of one picture. `places`: those of all pictures, one after another. */
  readonly as: 'rows' | 'places';
}

/** What an artifact says of how pictures reach the text: one variant of the manifest's `media`. */
export interface MediaWay {
  /** What sentences call it: `packed cross-attention`. */
  readonly title: string;
  /** Whether prompts have pictures, which `image` then must say how to read. */
  readonly pictures: boolean;
  /** What the runtime gives the graphs and reads from them. */
  contract(settings: ModelSettings): Contract;
  /**
   * The inputs of the language graph that are made of the vision graph's outputs, by their names: with these a graph can
   * write whole answers from pixels. Left out: none does.
   */
  readonly madeOfPictures?: Readonly<Record<string, MadeOfPictures>>;
  /** The language graph's open sizes for one sequence with one picture, besides those of text: for counting work. */
  sizes(text: number): Readonly<Record<string, number>>;
  /** What the runtime keeps of a picture of one frame for the text that follows it. */
  readonly bytesPerImage: number;
  /** What `inspect` says of it: a label and a text. */
  describe(): readonly (readonly [label: string, text: string])[];
}

/** A way and the schema of its facts; every file beside this exports one. */
export interface MediaWayDefinition<
  Way extends string = string,
  Schema extends z.ZodObject<{ way: z.ZodLiteral<Way> }> = z.ZodObject<{ way: z.ZodLiteral<Way> }>,
> {
  readonly way: Way;
  readonly schema: Schema;
  /** Of a way of one's own: the module that runs it, whose default export `runMediaWay` makes. */
  readonly run?: URL;
  /** @throws ZodError for facts that the schema refuses */
  open(facts: unknown): MediaWay;
}

/**
 * Ties what is known of a way to the schema of its facts, so that nothing is asked of facts that were not checked.
 *
 * @param run of a way of one's own, the address of the module that runs it: the worker that runs a model imports it
 */
export function defineMediaWay<Way extends string, Schema extends z.ZodObject<{ way: z.ZodLiteral<Way> }>>(
  schema: Schema,
  open: (facts: z.infer<Schema>) => MediaWay,
  run?: URL,
): MediaWayDefinition<Way, Schema> {
  const way = schema.shape.way.value;
  return { way, schema, open: (facts) => open(schema.parse(facts)), ...(run && { run }) };
}
