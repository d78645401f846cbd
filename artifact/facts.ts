import { z } from 'zod';

/** As transformers bounds it. */
const LONGEST_EDGE = 4096;

/** How an image file becomes `pixels`: CLIP's preprocessing and its relatives. */
export const imageSchema = z
  .strictObject({
    /** Height and width of the network's input, in pixels. */
    size: z.number().int().positive(),
    /** `shortest-edge`: resize the shorter side, crop the centre (CLIP). `stretch`: resize both sides. */
    resize: z.enum(['shortest-edge', 'stretch']),
    /** Pixels that the side, or both, are resized to before the centre is cut out; at least `size`, which is the default. */
    resizeTo: z.exactOptional(z.number().int().positive()),
    /** Where the crop starts when an odd number of pixels is cut away: `round` halves to even (torchvision; the default), or `floor` (transformers). */
    cropStart: z.exactOptional(z.enum(['round', 'floor'])),
    /**
     * Pixels of the longer side that a picture is first resized to, as its shape is, before it is stretched (Idefics 3); left out:
     * it is stretched at once. Sides are whole, and the shorter one even.
     */
    longestEdge: z.exactOptional(z.number().int().positive().max(LONGEST_EDGE)),
    interpolation: z.enum(['lanczos', 'bicubic', 'bilinear', 'nearest']),
    /** Per channel, for values from 0 to 1: (value - mean) / std. */
    mean: z.tuple([z.number(), z.number(), z.number()]),
    std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
    /** Most frames of a video; 1 for a model of still images. */
    maxFrames: z.number().int().positive(),
    /** Most tiles that a picture is cut into, which are its frames besides the whole of it; left out: it is not cut. */
    tiles: z.exactOptional(z.number().int().min(1).max(64)),
    /** `nearest`: the grid of at most so many whose shape is nearest to the picture's (the default). `filled`: as `TileGrid` says. */
    tileGrid: z.exactOptional(z.enum(['nearest', 'filled'])),
  })
  .refine(({ size, resizeTo = size }) => resizeTo >= size, 'resizeTo is smaller than size')
  .refine(
    ({ longestEdge, resize }) => longestEdge === undefined || resize === 'stretch',
    'longestEdge is of pictures that are stretched after it',
  )
  .refine(
    ({ tiles = 0, tileGrid, longestEdge, size }) =>
      tileGrid !== 'filled' || (longestEdge !== undefined && Math.ceil(longestEdge / size) ** 2 <= tiles),
    'a filled grid needs a longestEdge, and as many tiles as a square of it has',
  );

export const tokensSchema = z.strictObject({
  image: z.string().nullable(),
  endOfChunk: z.string().nullable(),
  padding: z.string(),
  beginning: z.string().nullable(),
  end: z.string().nullable(),
  afterBeginning: z.exactOptional(z.array(z.string()).readonly()),
  beginningInText: z.exactOptional(z.boolean()),
  aroundImages: z.exactOptional(z.string()),
  endOfDocument: z.exactOptional(z.string()),
  eosTokens: z.exactOptional(z.array(z.string()).readonly()),
  suppressedTokens: z.exactOptional(z.array(z.string()).readonly()),
});

/** A state of more numbers than this is no state that anybody keeps of a sequence. */
const LARGEST_STATE = 2 ** 28;

const stateSizesSchema = z
  .array(z.number().int().positive())
  .readonly()
  .refine((sizes) => sizes.reduce((all, size) => all * size, 1) <= LARGEST_STATE, 'a state is too large');

/** How a language model's prompts are written and how far they reach. */
export const languageSchema = z.strictObject({
  vocabulary: z.number().int().positive(),
  /** The longest prompt and answer together, in tokens. */
  contextLength: z.number().int().positive(),
  /** Layers that keep a key/value cache: inputs `past_key.{i}`, outputs `new_key.{i}`. */
  layers: z.number().int().nonnegative(),
  keyValueHeads: z.number().int().positive(),
  headDim: z.number().int().positive(),
  /** Places of a static cache, which outputs `present_key.{i}` in the place of `new_key.{i}`; left out: the cache grows. */
  cacheLength: z.exactOptional(z.number().int().positive()),
  /** Whether a static cache stays on the device, where the graphs of `cacheContracts` change it; left out: it does not. */
  cacheOnDevice: z.exactOptional(z.literal(true)),
  /**
   * Whether sequences may stand side by side in one row over one past, as a token is given by what it sees alone; left out: they
   * may not.
   */
  sideBySide: z.exactOptional(z.literal(true)),
  /** What recurrences keep of each sequence: inputs `past_state.{name}`, outputs `new_state.{name}`, `[batch, ...sizes]`. */
  states: z.exactOptional(z.record(z.string(), stateSizesSchema)),
  /** Whether a graph `generate` writes whole answers; left out: none does. */
  generation: z.exactOptional(z.literal(true)),
  /** As `ModelTokens` says. */
  tokens: tokensSchema,
  /** As `DialogueForm` says. */
  dialogue: z.exactOptional(
    z.strictObject({
      ...{ assistant: z.string(), user: z.exactOptional(z.string()) },
      ...{ betweenTurns: z.exactOptional(z.string()), afterImages: z.exactOptional(z.string()) },
      spaceBeforeImages: z.exactOptional(z.boolean()),
      ...{ userTurnsEnd: z.boolean(), tuned: z.boolean() },
    }),
  ),
});

export type ImagePreprocessing = z.infer<typeof imageSchema>;
export type LanguageSettings = z.infer<typeof languageSchema>;
