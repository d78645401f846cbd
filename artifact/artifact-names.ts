import { isWeightStore, WEIGHTS } from './weight-store.ts';

export const MANIFEST = 'manifest.json';
export const TOKENIZER = 'tokenizer.json';
/** The list of parameters: all that putting other weights in needs to know of the model. */
export const PARAMETERS = 'parameters.json';
/** The typed way to load the artifact: JavaScript, and its declarations. */
export const CLIENT = 'client.mjs';
export const CLIENT_TYPES = 'client.d.mts';

/** What an artifact consists of, apart from its graphs and from checkpoints' files that are linked into it. */
const OWN: ReadonlySet<string> = new Set([WEIGHTS, PARAMETERS, TOKENIZER, CLIENT, CLIENT_TYPES]);

const MARK = /-[0-9a-f]{12}(?=\.\w+$)/;

/**
 * A name that no file of other content has: `vision-0123456789ab.onnx`. An artifact that takes another's place in the
 * same folder has its files under such names, so that those of the other stay as they are until they are not needed.
 */
export function markedName(plain: string, fingerprint: string): string {
  const dot = plain.lastIndexOf('.');
  const ending = dot > 0 ? plain.slice(dot) : '';
  return `${plain.slice(0, plain.length - ending.length)}-${fingerprint.slice(0, 12)}${ending}`;
}

/** What a file is, whatever mark its name has: `vision.onnx`. */
export function plainName(name: string): string {
  return name.replace(MARK, '');
}

/**
 * Whether a file in an artifact's folder is the compiler's, and no longer needed when the manifest does not list it. A
 * graph of a plain name may be anybody's.
 */
export function isArtifactFile(name: string): boolean {
  const plain = plainName(name);
  return OWN.has(plain) || isWeightStore(plain) || (plain !== name && plain.endsWith('.onnx'));
}

/** The file that is what a plain name says; undefined where there is none. */
export function fileOfKind(files: Readonly<Record<string, unknown>>, plain: string): string | undefined {
  const names = Object.keys(files);
  return names.find((name) => name === plain) ?? names.find((name) => plainName(name) === plain);
}
