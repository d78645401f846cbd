import { UserError } from '../../../artifact/user-error.ts';
import { PickleProblem } from '../../../compiler/weights/read/pickle/pickle-problem.ts';
import { readPickle } from '../../../compiler/weights/read/pickle/read-pickle.ts';
import { stateDictionary } from '../../../compiler/weights/read/pickle/state-dictionary.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateBytes } from '../mutate-bytes.ts';
import { checkpointPickles } from '../pickles.ts';
import type { Random } from '../random.ts';

/** The pickle inside a PyTorch file, without the file around it. */
export const reader: FuzzReader = {
  name: 'pickles',
  async prepare() {
    const seeds = await checkpointPickles();
    return {
      seeds,
      make: (random) => (random.once(2) ? mutateBytes(random, seeds) : program(random)),
      read(file) {
        try {
          stateDictionary(readPickle(file));
        } catch (error) {
          // The reader of the file makes a sentence of it.
          throw error instanceof PickleProblem
            ? new UserError(`FILE cannot be read: ${error.message}.`)
            : error;
        }
      },
    };
  },
};

const NAMES = [
  ...[
    'torch._utils\n_rebuild_tensor_v2',
    'torch._utils\n_rebuild_parameter',
    'torch\nFloatStorage',
    'torch\nSize',
  ],
  ...[
    'collections\nOrderedDict',
    'collections\ndefaultdict',
    'builtins\nset',
    '__torch__.m\nM',
    'os\nsystem',
  ],
];

/** Opcodes in an order that makes sense more often than not, so that much is made before something is refused. */
const STEPS: readonly ((random: Random) => string)[] = [
  () => '}',
  () => ']',
  () => '(',
  () => ')',
  () => 'N',
  () => '2',
  () => '0',
  () => '\x94',
  () => 'e',
  () => 'u',
  () => 's',
  () => 'a',
  () => 't',
  () => 'd',
  () => 'R',
  () => 'b',
  () => 'Q',
  () => '\x81',
  () => '\x85',
  () => '\x86',
  () => '\x87',
  (random) => `K${String.fromCharCode(random.below(256))}`,
  (random) => `q${String.fromCharCode(random.below(6))}`,
  (random) => `h${String.fromCharCode(random.below(6))}`,
  (random) => `X\x01\x00\x00\x00${random.pick(['a', 'b', '0', '.'])}`,
  (random) => `c${random.pick(NAMES)}\n`,
  (random) => `J${Array.from({ length: 4 }, () => String.fromCharCode(random.below(256))).join('')}`,
  (random) =>
    `X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK${String.fromCharCode(random.below(256))}tQ`,
];

/** What asks for much in few bytes: shared dictionaries, copies of lists, long runs of one opcode. */
const BLOCKS: readonly ((random: Random) => string)[] = [
  (random) => `${random.pick(['}', ']', '(', 'N', ')', '\x94'])}`.repeat(random.length(100_000)),
  (random) => `](${'K\x01'.repeat(random.length(20_000))}eq\x00`,
  (random) => 'ctorch\nSize\nh\x00\x85R'.repeat(random.length(20_000)),
  (random) =>
    Array.from(
      { length: random.length(120) },
      () => 'q\x000}(X\x01\x00\x00\x00ah\x00X\x01\x00\x00\x00bh\x00u',
    ).join(''),
  (random) =>
    Array.from(
      { length: random.length(120) },
      () => 'q\x000c__torch__.m\nM\n)\x81(X\x01\x00\x00\x00ah\x00X\x01\x00\x00\x00bh\x00u',
    ).join(''),
  (random) =>
    `X\x01\x00\x00\x00tctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x01tQK\x00${'K\x01'.repeat(random.length(100))}\x85K\x01\x85\x89NtRs`,
];

function program(random: Random): Buffer {
  const steps = Array.from({ length: 1 + random.length(200) }, () =>
    random.once(10) ? random.pick(BLOCKS)(random) : random.pick(STEPS)(random),
  );
  return Buffer.from(
    `${random.pick(['}', '}', 'N', ']', ''])}${steps.join('')}${random.once(20) ? '' : '.'}`,
    'latin1',
  );
}
