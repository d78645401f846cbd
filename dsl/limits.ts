/** One limit: what is counted, how much of it is read at most, and why that is more than enough. */
export interface Limit {
  readonly most: number;
  /** What is counted, of what: `bytes of a manifest.json`. */
  readonly of: string;
  /** What real files need, or what would happen beyond. */
  readonly because: string;
}

const KIB = 2 ** 10;
const MIB = 2 ** 20;

/**
 * All that readers refuse as too much. Every file that the project opens may come from a stranger: each of its sizes,
 * counts and depths is bounded here, so that the largest input that is accepted is read in bounded memory and time
 * (there are no clocks: sizes decide). Readers name the limit in the sentence with which they refuse.
 *
 * `docs/limits.md` is made of this table.
 */
export const LIMITS = {
  jsonDepth: {
    most: 64,
    of: 'levels of nesting in a JSON file',
    because: 'a tokenizer.json has about ten; deeper ones overflow the stack of what reads them',
  },
  jsonValues: {
    most: 4_000_000,
    of: 'values in a JSON file',
    because: 'a tokenizer of 260,000 tokens has 1.8 million; each value takes up to 60 bytes of memory',
  },
  manifest: {
    most: 8 * MIB,
    of: 'bytes of a manifest.json',
    because: 'that of an 80-billion-parameter model has about 100 kB',
  },
  artifactFiles: {
    most: 10_000,
    of: "files in an artifact's manifest",
    because: 'checkpoints have at most a few hundred shards',
  },
  graph: {
    most: 256 * MIB,
    of: 'bytes of a graph file',
    because: 'weights lie outside of the graphs, whose nodes take a few MB',
  },
  parameterTable: {
    most: 64 * MIB,
    of: "bytes of an artifact's parameters.json",
    because: 'that of an 80-billion-parameter model has about 400 kB',
  },
  config: {
    most: 4 * MIB,
    of: 'bytes of a config.json and the other JSON files of a model folder, but for its tokenizer',
    because: 'the largest are maps of added tokens, of some 100 kB',
  },
  configValues: {
    most: 100_000,
    of: 'values in one of those',
    because: 'maps of added tokens have a few thousand',
  },
  tokenizer: {
    most: 64 * MIB,
    of: 'bytes of a tokenizer.json',
    because: 'one with 260,000 tokens and their merges has 33 MB',
  },
  tokenId: {
    most: 2 ** 24 - 1,
    of: "an id of a tokenizer's token",
    because: 'the largest vocabularies have some 260,000; two ids fit into one exact number',
  },
  addedToken: {
    most: 4_096,
    of: 'characters in an added token',
    because: 'the longest, a run of spaces, have some 100',
  },
  normalisedText: {
    most: 2 * MIB,
    of: "characters of a text once a tokenizer's normalizer has changed it",
    because: 'no context is that long; a few replacements can each double a text',
  },
  charactersPerToken: {
    most: 100,
    of: "characters of a prompt for each token of the model's context",
    because: 'a token has about four; to split a longer text takes long, and only shows that it does not fit',
  },
  tokenizerPattern: {
    most: 20_000,
    of: "characters in a regular expression of a tokenizer's",
    because: 'the longest have 700',
  },
  modelLayers: {
    most: 512,
    of: 'layers of a part of a model, by a config or by the names in a checkpoint',
    because: 'the deepest public models have 126; each layer makes nodes of the graph',
  },
  modelWidth: {
    most: 2 ** 18,
    of: 'features, heads or latents, by a config',
    because: 'the widest layers of public models have 53,248',
  },
  modelVocabulary: {
    most: 2 ** 24,
    of: 'tokens of a vocabulary, by a config',
    because: 'the largest vocabularies have some 260,000',
  },
  modelPositions: {
    most: 2 ** 30,
    of: 'positions, by a config',
    because: 'the longest contexts of public models have 10 million',
  },
  modelPixels: {
    most: 2 ** 13,
    of: 'pixels of a side of what a vision encoder sees, by a config',
    because: 'encoders see pictures of 224 to some 1,000 pixels',
  },
  weightIndex: {
    most: 16 * MIB,
    of: 'bytes of an index of shards',
    because: 'one of 90,000 tensors has 8 MB',
  },
  shards: { most: 2_000, of: 'shards in an index', because: 'the largest public checkpoints have some 200' },
  safetensorsHeader: {
    most: 32 * MIB,
    of: "bytes of a safetensors file's header",
    because: '100,000 tensors take 10 MB; the format itself allows 100 MB',
  },
  headerValues: {
    most: 1_000_000,
    of: "values in a safetensors file's header",
    because: 'a tensor has about ten',
  },
  tensors: {
    most: 100_000,
    of: 'tensors in a weight file',
    because: 'a mixture of 256 experts in 61 layers has 90,000, over 163 files',
  },
  shardedTensors: {
    most: 250_000,
    of: 'tensors in an index of shards',
    because: 'a mixture of 384 experts in 61 layers, quantised, has 140,000',
  },
  axes: { most: 64, of: 'axes of a tensor', because: 'PyTorch allows 64' },
  tensorName: {
    most: 1_000,
    of: "characters in a tensor's name, or in the name of a zip entry",
    because: 'names have fewer than 200',
  },
  zipEntries: {
    most: 25_000,
    of: 'entries in a PyTorch file',
    because: 'there is one for each storage; each takes a read of its own to look at',
  },
  pickle: {
    most: 16 * MIB,
    of: 'bytes of the pickle in a PyTorch file',
    because: 'it only lists the tensors, in some 200 bytes each',
  },
  pickleValues: {
    most: 2_000_000,
    of: 'values that a pickle makes, copies included (a dictionary counts as four)',
    because:
      'a tensor takes about 25; a few bytes can ask for a value of 200 bytes, or for a copy of a long list',
  },
  pickleDepth: {
    most: 1_000,
    of: 'groups that are open at once in a pickle',
    because: 'a checkpoint has fewer than twenty',
  },
  dictionaryDepth: {
    most: 64,
    of: 'dictionaries inside each other in a checkpoint',
    because: 'modules are nested about ten deep; one that contains itself has no end',
  },
  checkRecord: {
    most: 16 * MIB,
    of: "bytes of what the user's cache says of a file that was type-checked",
    because: 'it names the files that were looked for, of which there are some 2,000',
  },
  taskFile: {
    most: 2 ** 30,
    of: 'bytes of a file of tasks',
    because: '200,000 questions of 32 examples take 0.9 GB',
  },
  taskLines: { most: 1_000_000, of: 'lines in a file of tasks', because: 'the tasks are kept in memory' },
  taskLine: {
    most: MIB,
    of: 'characters in a line of a file of tasks',
    because: 'a task holds texts and paths, not pictures; a longer line is left out',
  },
  taskProblems: {
    most: 10_000,
    of: 'lines of a file of tasks that cannot be used',
    because: 'each is told; so many say that the file is something else',
  },
  taskShots: { most: 1_000, of: 'examples in a task', because: 'few models read more than a hundred' },
  taskImages: {
    most: 1_000,
    of: 'pictures of one example or question',
    because: 'each is looked at when the file is read',
  },
  annotationFile: {
    most: 16 * 2 ** 30,
    of: 'bytes of a file of annotations of a benchmark',
    because: 'the largest, with the graphs of all scenes, have some 600 MB; they are read as streams',
  },
  wordList: {
    most: MIB,
    of: 'bytes of a list of toxic words',
    because: 'lists of a few thousand words have 50 kB',
  },
  labelledItems: {
    most: 1_000_000,
    of: 'pictures or items in a file of labels',
    because: 'those of COCO are 4,000; each takes some hundred bytes of memory',
  },
  annotation: {
    most: MIB,
    of: 'bytes of one annotation of a benchmark',
    because: 'a dialogue of ten rounds with a hundred options each has 10 kB',
  },
  unusableAnnotations: {
    most: 100,
    of: 'annotations at the beginning of a file none of which can be used',
    because: 'so many say that the file is something else',
  },
  claim: {
    most: 64 * KIB,
    of: 'bytes of a file that says which process has a folder',
    because: 'it names a process and a machine',
  },
  metrics: {
    most: 256 * MIB,
    of: "bytes of a training run's metrics.jsonl",
    because: 'a million steps take some 200 MB',
  },
  ruleFile: { most: 256 * KIB, of: 'bytes of a file of fusion rules', because: 'the longest rule has 3 kB' },
  ruleTokens: {
    most: 4_000,
    of: 'words and signs in a file of fusion rules',
    because: 'the longest rule has some 800; a sum of very many terms overflows the stack of what checks it',
  },
  ruleWord: {
    most: 100,
    of: 'characters in a word of a fusion rule',
    because: 'the longest has 20',
  },
  ruleDepth: {
    most: 64,
    of: 'brackets that are open at once in a rule',
    because: 'rules nest about ten deep',
  },
  rulePatternSize: {
    most: 1_000,
    of: "parts of a rule's pattern, once its definitions are put in",
    because: 'a definition may use earlier ones, so that a few lines can stand for very many',
  },
  axisPattern: {
    most: 1_000,
    of: 'characters in a pattern of axes or in a size',
    because: 'patterns stand in source code; the longest has 60',
  },
  picturePixels: {
    most: 2 ** 27,
    of: 'pixels of a picture, and of one frame of a moving one',
    because:
      '134 megapixels; phones take up to 200, which they save at a quarter of that unless told otherwise',
  },
  pictureHeld: {
    most: 256 * MIB,
    of: 'bytes of what a decoder of pictures holds whole',
    because: 'interlaced, progressive and some other files cannot be decoded row by row',
  },
  pictureFile: {
    most: 2 ** 30,
    of: 'bytes of a picture',
    because: 'one of 134 megapixels in 16 bits has 0.8 GB',
  },
  svg: { most: 16 * MIB, of: 'bytes of an SVG, once it is decompressed', because: 'drawings have a few kB' },
  svgElements: {
    most: 50_000,
    of: 'elements that an SVG draws, each as often as others repeat it, a path counting as one for 100 characters',
    because: 'drawings have some hundred; a few lines that refer to each other can stand for any number',
  },
  svgLevels: {
    most: 500,
    of: 'levels of elements in an SVG, references included',
    because: 'drawings nest about ten deep',
  },
  svgSide: {
    most: 32_767,
    of: 'pixels of a side of an SVG',
    because: 'the library that draws it addresses no more',
  },
  taskDescription: {
    most: MIB,
    of: "characters of what a prepared task's file says of its examples",
    because: 'a hundred examples take some 30 kB',
  },
  frames: {
    most: 100_000,
    of: 'frames of a moving picture',
    because: 'an hour at 25 frames a second has 90,000',
  },
  videoPixels: {
    most: 2 ** 32,
    of: 'pixels of all frames of a moving picture',
    because: 'a frame can only be decoded after those before it',
  },
} as const satisfies Readonly<Record<string, Limit>>;
