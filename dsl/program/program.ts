import { atCallSite } from '../at-call-site.ts';
import { frozenCopy } from '../freeze.ts';
import type { Graph } from '../graph.ts';
import { nameParameters } from './naming.ts';
import type { ProgramParameter } from './program-parameter.ts';

/**
 * A model ready to be compiled: its graphs, its parameters by name, and the facts that a runtime needs to prepare
 * images and prompts for it. `flamingo({...})`, `spliced({...})`, `languageModel({...})` and `graph({...})` make one; a
 * model file exports it as its default.
 */
export interface Program<Facts extends ProgramFacts = ProgramFacts, Graphs extends string = string> {
  readonly kind: 'program';
  readonly name: string;
  /** By name, which is that of the graph's file too. */
  readonly graphs: Readonly<Record<Graphs, Graph>>;
  readonly facts: Facts;
  /** Every parameter once, under the name that its place in the model gives it. */
  readonly parameters: ReadonlyMap<string, ProgramParameter>;
  /** Further names of tied parameters: alias -> name. */
  readonly aliases: ReadonlyMap<string, string>;
  /** How other projects spell these parameters' names, so that their weight files load as they are. */
  readonly checkpointNames: readonly CheckpointName[];
}

/** A model that answers prompts. */
export type PromptProgram<Graphs extends string = string> = Program<PromptFacts, Graphs>;

/** A language model that is shown pictures: what `flamingo`, `idefics` and `spliced` make. */
export type VisionLanguageProgram = Program<
  PromptFacts & { readonly image: ImageFacts },
  'vision' | 'language'
>;

/** A language model alone: what `languageModel` makes. */
export type LanguageProgram = PromptProgram<'language'>;

/** What `program` is told of a model. */
export interface ProgramDefinition<Facts extends ProgramFacts, Graphs extends string>
  extends Pick<Program<Facts, Graphs>, 'name' | 'graphs' | 'facts' | 'checkpointNames'> {
  /**
   * All parameters that the graphs read: blocks, layers and parameters in objects and arrays, whose properties name
   * them. What `frozen` and `inPrecision` mark is marked for this program alone.
   */
  readonly parts: object;
}

/**
 * Makes a program of traced graphs: their parameters and blocks get the names that their places among the parts give
 * them. The parts stay as they are, and may be used in other programs and recipes; the program never changes.
 *
 * @throws ModelError for a graph that reads a parameter which is not among the parts, or places of one parameter that are
 *   marked differently
 */
export function program<Facts extends ProgramFacts, Graphs extends string>({
  name,
  parts,
  graphs,
  facts,
  checkpointNames,
}: ProgramDefinition<Facts, Graphs>): Program<Facts, Graphs> {
  return atCallSite(() => {
    const { parameters, aliases, place } = nameParameters(parts);
    const placed: Readonly<Record<string, Graph>> = Object.fromEntries(
      Object.entries<Graph>(graphs).map(([key, graph]) => [key, place(graph)]),
    );
    return Object.freeze({
      kind: 'program',
      name,
      // Of the same names as those that were given.
      graphs: Object.freeze(placed) as Readonly<Record<Graphs, Graph>>,
      facts: frozenCopy(facts),
      parameters,
      aliases,
      checkpointNames: frozenCopy(checkpointNames),
    });
  });
}

/** How another project names weights: a renaming, or tensors of its files that no model here has a use for. */
export type CheckpointName = RenamedWeight | UnusedWeight;

/**
 * One spelling: `*` stands for any run of characters and is carried over in order, as in
 * `{ ours: 'perceiver.layers.*.attention.*', theirs: 'perceiver.layers.*.0.*' }`.
 */
export interface RenamedWeight {
  readonly ours: string;
  readonly theirs: string;
  /**
   * Where `theirs` packs several weights into one tensor along its first axis: ours is the `index`-th of `of` equal
   * parts. `{ index: 1, of: 3 }` is the key of PyTorch's `in_proj_weight`.
   */
  readonly part?: { readonly index: number; readonly of: number };
}

/** Tensors that may be in a file and are not needed: `{ unused: 'text_model.*', because: "CLIP's text tower" }`. */
export interface UnusedWeight {
  /** `*` stands for any run of characters. */
  readonly unused: string;
  /** What they are, for the note that says that they were left aside. */
  readonly because: string;
}

/**
 * What the runtime must know of a model besides its graphs; it becomes part of the artifact's manifest. A graph that is
 * run by itself needs none of it; a model that answers prompts has `language` and `media`.
 */
export interface ProgramFacts {
  /** The options the model was made with, for the record. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly image?: ImageFacts;
  readonly language?: LanguageFacts;
  readonly media?: MediaFacts;
}

/** The facts of a model that answers prompts. */
export type PromptFacts = ProgramFacts & { readonly language: LanguageFacts; readonly media: MediaFacts };

/** How an image file becomes pixels, whose values are from 0 to 1 before `mean` and `std`. */
export interface Preprocessing {
  readonly resize: 'shortest-edge' | 'stretch';
  /** Pixels that the side, or both, are resized to before the centre is cut out. Default: the size that the model sees. */
  readonly resizeTo?: number;
  /** Where the crop starts when an odd number of pixels is cut away: `round` (torchvision; halves to even; the default) or `floor` (transformers). */
  readonly cropStart?: 'round' | 'floor';
  /**
   * Pixels of the longer side that a picture is resized to, as its shape is, before it is stretched: at most 4096. Default: it is
   * stretched at once. Idefics 3 and SmolVLM.
   */
  readonly longestEdge?: number;
  readonly interpolation: 'lanczos' | 'bicubic' | 'bilinear' | 'nearest';
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** What becomes of pictures and videos before the vision graph sees them. */
export interface ImageFacts extends Preprocessing {
  /** Height and width of `pixels`. */
  readonly size: number;
  /** Most frames of a video; 1 for a model of still images. */
  readonly maxFrames: number;
  /** Most tiles that a picture is cut into, which are its frames besides the whole of it; left out: it is not cut. */
  readonly tiles?: number;
  /** Default `nearest`. */
  readonly tileGrid?: TileGrid;
}

/**
 * How a picture is cut. `nearest`: stretched to the grid of at most `tiles` whose shape is nearest to its own, and its whole follows
 * (InternVL 1.5). `filled`: its longer side, of `longestEdge` pixels, is brought up to a whole number of tiles, then the other side;
 * what was cut follows as a whole (Idefics 3).
 */
export type TileGrid = 'nearest' | 'filled';

/** How a language model's prompts are written and how far they reach. */
export interface LanguageFacts {
  readonly vocabulary: number;
  readonly contextLength: number;
  /** Those that attend, and so have keys and values. */
  readonly layers: number;
  readonly keyValueHeads: number;
  readonly headDim: number;
  /** Places of a static cache; left out: the cache grows. The compiler sets it where it makes one (`staticCache`). */
  readonly cacheLength?: number;
  /** Whether a static cache stays on the device, with graphs that change it there. The compiler sets it by the target. */
  readonly cacheOnDevice?: true;
  /**
   * Whether sequences may stand side by side in one row over one past (`languageGraph`): what is computed of a token depends on what
   * it sees alone, and keys are counted by who sees them. Left out: each sequence has a row of its own.
   */
  readonly sideBySide?: true;
  /** Sizes of the states that recurrent layers keep of each sequence, by name and layer: `{ 'h.0': [768] }`. */
  readonly states?: Readonly<Record<string, readonly number[]>>;
  /** Whether a graph `generate` writes whole answers. The compiler sets it where it makes one (`generation`). */
  readonly generation?: true;
  readonly tokens: ModelTokens;
  /** How dialogues are written out; left out: as in the Flamingo paper. */
  readonly dialogue?: DialogueForm;
}

/**
 * How pictures reach the text: the way's name, and what the runtime must know of it. Each way has a schema of its own
 * (`artifact/media`), which a program's facts are checked against when it is compiled.
 */
export interface MediaFacts {
  readonly way: string;
  readonly [fact: string]: string | number | boolean | Readonly<Record<string, string>>;
}

/** Texts of the special tokens; their ids are looked up in the tokenizer. */
export interface ModelTokens {
  /** Stands for a picture; null for a model that is shown none. */
  readonly image: string | null;
  /** Ends an example, and the assistant's turn of a dialogue; null: examples end with their line. */
  readonly endOfChunk: string | null;
  readonly padding: string;
  /** Stands before every prompt; null for models without one. */
  readonly beginning: string | null;
  /** Stand before every prompt after `beginning`, in this order: GLM-4's `<sop>`; left out where nothing does. */
  readonly afterBeginning?: readonly string[];
  /**
   * Whether `beginning` is written into the text, so that the first word after it is not the text's first for the
   * tokenizer, as Idefics' processor does; default false: its id is put before those of the text.
   */
  readonly beginningInText?: boolean;
  readonly end: string | null;
  /** Stands before, between and after images; left out where nothing does. */
  readonly aroundImages?: string;
  /** A token after it looks at no image up to the next one; left out where all look at the last image. */
  readonly endOfDocument?: string;
  /** Tokens that end an answer besides `endOfChunk` and `end`. */
  readonly eosTokens?: readonly string[];
  /** Tokens that no answer has, besides `image` and `padding`. */
  readonly suppressedTokens?: readonly string[];
}

/** How a model's dialogues are written out. */
export interface DialogueForm {
  /** What the assistant is called in the text. */
  readonly assistant: string;
  /** What the user is called; default `User`. */
  readonly user?: string;
  /** Stands between turns; default a line break. */
  readonly betweenTurns?: string;
  /** Stands between the pictures of a turn and its text; default nothing. */
  readonly afterImages?: string;
  /** Whether a space stands between who speaks and a picture, as it does before a text; default true. */
  readonly spaceBeforeImages?: boolean;
  /** Whether the end-of-chunk token ends the user's turns too. */
  readonly userTurnsEnd: boolean;
  /** Whether the model was tuned on dialogues, so that a lone question is best asked in one. */
  readonly tuned: boolean;
}
