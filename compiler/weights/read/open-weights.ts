import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { refuseNul } from '../../../artifact/read-regular-file.ts';
import { isSystemError, refusal } from '../../../artifact/system-error.ts';
import { UserError } from '../../../artifact/user-error.ts';
import { readStart } from '../../../artifact/weights/file-access.ts';
import { openSafetensors } from '../../../artifact/weights/safetensors.ts';
import type { WeightFile } from '../../../artifact/weights/weight-file.ts';
import type { WeightFormat } from './format.ts';
import { FORMATS } from './format-registry.ts';
import { plainNames } from './plain-names.ts';

/** What `--weights` takes, for error sentences. */
const EXPECTED =
  'a safetensors file, a PyTorch .pt, .pth, .bin or .ckpt file, an index of shards, or a folder of them';

/**
 * Opens weights of any format: a file, an index of shards, or a folder as Hugging Face lays it out. The format is
 * told by content. Names lose what wrappers of training put before them (`module.`).
 *
 * @param options.weightFormats formats that are asked before this project's
 * @throws UserError one sentence for what is missing, damaged, or of a format that is not read
 */
export async function openWeights(
  path: string,
  { weightFormats = [] }: { readonly weightFormats?: readonly WeightFormat[] } = {},
): Promise<WeightFile> {
  return plainNames(await openFile(await weightFileOf(path), [...weightFormats, ...FORMATS]));
}

/** @param named whether another file names this one, which may then name no further ones: it could name itself */
async function openFile(path: string, formats: readonly WeightFormat[], named = false): Promise<WeightFile> {
  const start = await readStart(path);
  const format = formats.find(({ recognises }) => recognises(start));
  if (named && format?.namesOthers === true) {
    throw new UserError(`${path} is named as a shard, but is itself ${format.name}; download both again.`);
  }
  if (format !== undefined) return format.open(path, (shard) => openFile(shard, formats, true));
  // Named like one, so that the reader itself can say what is wrong with it.
  if (path.endsWith('.safetensors')) return openSafetensors(path);
  throw new UserError(`${path} is not a weight file; expected ${EXPECTED}.`);
}

/** Names in the order in which a folder's files are preferred: an index before a lone file, safetensors before pickles. */
const PREFERRED = [
  'model.safetensors.index.json',
  'model.safetensors',
  'pytorch_model.bin.index.json',
  'pytorch_model.bin',
  'open_clip_model.safetensors',
  'open_clip_pytorch_model.bin',
];

/** Folders with what each process of a training run had, which only its own program can join. */
const SHARDS_OF_PROCESSES = [
  {
    shows: /^zero_to_fp32\.py$|^global_step\d+$/,
    problem:
      'is a checkpoint of DeepSpeed; run python zero_to_fp32.py . joined in it, and give the folder joined',
  },
  {
    shows: /\.distcp$/,
    problem:
      'is a distributed checkpoint of PyTorch; make one file of it by python -m torch.distributed.checkpoint.format_utils dcp_to_torch FOLDER FILE, and give that',
  },
] as const;

async function weightFileOf(path: string): Promise<string> {
  refuseNul(path);
  const status = await stat(path).catch((error: unknown) => {
    if (isSystemError(error)) throw new UserError(refusal(path, error));
    throw error;
  });
  if (!status.isDirectory()) return path;
  const names = (await readdir(path)).sort();
  const preferred = PREFERRED.find((name) => names.includes(name));
  if (preferred !== undefined) return join(path, preferred);
  for (const candidates of [
    names.filter((name) => name.endsWith('.index.json')),
    names.filter((name) => name.endsWith('.safetensors')),
    names.filter((name) => /\.(pt|pth|bin|ckpt)$/.test(name)),
  ]) {
    const [only] = candidates;
    if (candidates.length > 1) {
      throw new UserError(
        `${path} has several weight files and no index of them (${candidates.slice(0, 5).join(', ')}); give the one that is meant.`,
      );
    }
    if (only !== undefined) return join(path, only);
  }
  for (const { shows, problem } of SHARDS_OF_PROCESSES)
    if (names.some((name) => shows.test(name))) throw new UserError(`${path} ${problem}.`);
  throw new UserError(`${path} has no weight files; expected ${EXPECTED}.`);
}
