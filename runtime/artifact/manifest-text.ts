import { isFileName } from '../../artifact/folder/is-file-name.ts';
import {
  ARTIFACT_FORMAT,
  type LanguageManifest,
  type Manifest,
  manifestSchema,
} from '../../artifact/manifest.ts';
import { MEDIA_WAYS, mediaWay } from '../../artifact/media/index.ts';
import type { MediaWayDefinition } from '../../artifact/media/way.ts';
import { modelProblem } from '../../artifact/model-problem.ts';
import { parseJson } from '../../artifact/parse-json.ts';
import { plain, quoted } from '../../artifact/quoted.ts';
import { wholeGraphs } from '../../artifact/stages.ts';
import { UserError } from '../../artifact/user-error.ts';
import { LIMITS } from '../../dsl/limits.ts';

/**
 * Reads the text of a manifest.
 *
 * @param path what messages call the file
 * @param directory what they call the artifact
 * @throws UserError for one that is malformed, of another format, contradictory, or of a way of media that is not known
 */
export function parseManifest(
  text: string,
  { path, directory }: { readonly path: string; readonly directory: string },
  ways: readonly MediaWayDefinition[],
): Manifest {
  let json: unknown;
  try {
    json = parseJson(text, path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not JSON: compile the model again.`);
  }
  const format = typeof json === 'object' && json !== null && 'format' in json ? json.format : undefined;
  if (format !== undefined && format !== ARTIFACT_FORMAT) {
    throw new UserError(
      `${path} has format ${shown(format)} but this version of flamingo-onnx reads format ${ARTIFACT_FORMAT}: compile the model again with it.`,
    );
  }
  const parsed = manifestSchema.safeParse(json);
  if (parsed.success) {
    const { media } = parsed.data;
    if (media !== undefined && mediaWay(media, ways) === undefined) {
      const known = [...MEDIA_WAYS, ...ways.map(({ way }) => way)].join(', ');
      throw new UserError(
        `${directory} was compiled with the way of media '${plain(media.way)}', but those that are known here are ${known}: load it with its definition in the option 'ways', or call the command line in the folder whose flamingo.config.ts has it.`,
      );
    }
    const problem = manifestProblem(parsed.data, ways);
    if (problem === undefined) return parsed.data;
    throw new UserError(`${path} ${problem}: compile the model again.`);
  }
  const [issue] = parsed.error.issues;
  const field =
    issue === undefined || issue.path.length === 0
      ? 'the whole file'
      : `field '${plain(issue.path.join('.'))}'`;
  const reason = plain(issue?.message.replace(/^Invalid input: /, '') ?? 'unknown');
  throw new UserError(`${path} is wrong at ${field} (${reason}): compile the model again.`);
}

/** A manifest's own names, which a problem quotes, may be of any length. */
const LONGEST_PROBLEM = 1_000;

/** What a manifest whose fields are as they should be still gets wrong. */
function manifestProblem(manifest: Manifest, ways: readonly MediaWayDefinition[]): string | undefined {
  const files = Object.keys(manifest.files).length;
  if (files > LIMITS.artifactFiles.most)
    return `lists ${files} files, but at most ${LIMITS.artifactFiles.most} are read`;
  const missing = Object.values(manifest.stages ?? {})
    .flat()
    .find((name) => !Object.hasOwn(manifest.graphs, name));
  if (missing !== undefined) return `has the stage '${plain(missing)}', which is not among its graphs`;
  const problem = modelProblem(manifest, wholeGraphs(manifest.graphs, manifest.stages), ways);
  return problem && `says what does not go together: ${plain(problem, LONGEST_PROBLEM)}`;
}

function shown(value: unknown): string {
  return typeof value === 'number' ? String(value) : quoted(typeof value === 'string' ? value : typeof value);
}

/**
 * The manifest of a model that answers prompts.
 *
 * @throws UserError for an artifact of graphs that are run by themselves
 */
export function requireLanguage({
  directory,
  manifest,
}: {
  readonly directory: string;
  readonly manifest: Manifest;
}): LanguageManifest {
  const { language, media } = manifest;
  if (language !== undefined && media !== undefined) return { ...manifest, language, media };
  throw new UserError(
    `${directory} holds ${Object.keys(manifest.graphs).length === 1 ? 'a graph' : 'graphs'} to be run by name and no model that answers prompts: load it with loadGraph, or compile a model.`,
  );
}

/** @throws UserError for a model that was compiled without weights */
export function requireWeights({ parameters }: Manifest, directory: string): void {
  if (parameters.origin !== 'none') return;
  throw new UserError(
    `The artifact ${directory} was compiled without weights and cannot run: compile it again with weights, or with a seed.`,
  );
}

/** @throws UserError for a graph that is not among the files, or a file that would lie outside of the folder */
export function checkFileNames({ files, graphs }: Manifest, path: string): void {
  for (const file of Object.keys(files)) {
    if (isFileName(file)) continue;
    throw new UserError(
      `${path} lists the file '${plain(file)}', which is not in the folder itself: compile the model again.`,
    );
  }
  for (const { file } of Object.values(graphs)) {
    // Not just any property: `constructor` is one of every object.
    if (Object.hasOwn(files, file)) continue;
    throw new UserError(
      `${path} names the graph '${plain(file)}' but does not list it under files: compile the model again.`,
    );
  }
}
