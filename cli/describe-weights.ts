import { basename } from 'node:path';
import type { LinkedFile, Manifest } from '../artifact/manifest.ts';
import { describeBytes } from './report.ts';

/** How an artifact has its weights, for `--json`. */
export interface WeightsFacts {
  /** Whether every number was looked at, and is finite; false where of a checkpoint's files a sample was. */
  readonly checked: boolean;
  /** The checkpoint's files that are in the folder under a second name, and those that the disk cloned. */
  readonly hardLinked: readonly string[];
  readonly cloned: readonly string[];
}

export function weightsFacts({ files }: Manifest): WeightsFacts {
  const linked = linkedFiles(files);
  const namesOf = (isHard: boolean) =>
    linked.filter(([, { hardLink }]) => (hardLink !== undefined) === isHard).map(([name]) => name);
  return { checked: linked.length === 0, hardLinked: namesOf(true), cloned: namesOf(false) };
}

/** What a person has to know of weights that were not read, a sentence; undefined where all were. */
export function describeLinked(manifest: Manifest): string | undefined {
  const linked = linkedFiles(manifest.files);
  const [first] = linked;
  if (first === undefined) return undefined;
  const bytes = describeBytes(linked.reduce((sum, [, facts]) => sum + facts.bytes, 0));
  const what = linked.length === 1 ? basename(first[0]) : `${linked.length} files`;
  const read = `${what}, ${bytes}, of which a sample was checked and the rest not read`;
  return linked.some(([, { hardLink }]) => hardLink !== undefined)
    ? `Weights are hard links to the checkpoint: ${read}. Do not write over that: the model would refuse to answer. Python's onnx refuses hard links. --copy-weights checks and copies.`
    : `Weights are a clone of the checkpoint: ${read}. --copy-weights checks and copies.`;
}

function linkedFiles(files: Manifest['files']): readonly (readonly [string, LinkedFile])[] {
  return Object.entries(files).flatMap(([name, facts]) =>
    'header' in facts ? [[name, facts] as const] : [],
  );
}
