import { join } from 'node:path';
import { fileOfKind, PARAMETERS, plainName } from '../artifact/artifact-names.ts';
import { writeArtifactFolder } from '../artifact/folder/artifact-folder.ts';
import type { GraphManifest, Manifest } from '../artifact/manifest.ts';
import { parseParameterTable } from '../artifact/parameter-table.ts';
import { readRegularFile } from '../artifact/read-regular-file.ts';
import { UserError } from '../artifact/user-error.ts';
import { isWeightStore } from '../artifact/weight-store.ts';
import { LIMITS } from '../dsl/limits.ts';
import { relocateModel } from './onnx/relocate-model.ts';
import { parametersOfTable } from './parameter-table.ts';
import { findWeights } from './weights/find-weights.ts';
import type { WeightFormat } from './weights/read/format.ts';
import { storeWeights } from './weights/store/store-weights.ts';

export interface RelinkOptions {
  /** Weight files, indices of shards, or folders, which must hold every parameter. */
  readonly weights: readonly string[];
  /** Write the weights into the artifact and check them, instead of linking. Default: up to 256 MiB. */
  readonly copyWeights?: boolean | undefined;
  /** Formats of weight files besides this project's. Default none. */
  readonly weightFormats?: readonly WeightFormat[];
  readonly onProgress?: (done: number, total: number) => void;
  readonly onNote?: (note: string) => void;
}

/**
 * Puts other weights of the same shapes into a compiled model. The graphs are not compiled again: only where they say
 * that their weights are changes. The artifact is replaced in one step or stays as it was.
 *
 * @param directory the artifact's folder
 * @param manifest its manifest, whose checksums have been compared
 * @returns the new manifest
 * @throws UserError for weights that are missing, unexpected or of another shape, all at once
 */
export async function relink(
  directory: string,
  manifest: Manifest,
  options: RelinkOptions,
): Promise<Manifest> {
  const table = await readTable(directory, manifest);
  const { aliases, checkpointNames } = table;
  const parameters = parametersOfTable(table);
  const named = {
    parameters: new Map(
      parameters.map((each) => [each.quantised?.weight.name ?? each.name, each.quantised?.weight ?? each]),
    ),
    aliases: new Map(Object.entries(aliases)),
    checkpointNames,
  };
  const { vocabulary } = manifest.language ?? {};
  const { sources, notes } = await findWeights(named, options.weights, {
    weightFormats: options.weightFormats,
    ...(vocabulary !== undefined && { vocabulary }),
  });

  let told: readonly string[] = notes;
  const relinked = await writeArtifactFolder(directory, true, async (draft) => {
    const stored = await storeWeights(draft, {
      parameters,
      keptAs: ({ name, dtype }) => table.parameters[name]?.keptAs ?? dtype,
      sources,
      seed: manifest.parameters.seed,
      ...options,
    });
    told = [...notes, ...stored.notes, ...(stored.uneven.size > 0 ? [coarseNote(stored.uneven)] : [])];
    const putGraph = async ({ file }: GraphManifest): Promise<string> => {
      const path = join(directory, file);
      const graph = await readRegularFile(path, LIMITS.graph);
      return draft.put(plainName(file), relocated(path, graph, stored.locate));
    };
    const graphs: Record<string, GraphManifest> = {};
    for (const [name, graph] of Object.entries(manifest.graphs))
      graphs[name] = { ...graph, file: await putGraph(graph) };
    const old = new Set(Object.values(manifest.graphs).map(({ file }) => file));
    for (const [name, facts] of Object.entries(manifest.files)) {
      if (!isWeightStore(name) && !old.has(name)) await draft.keep(directory, name, facts);
    }
    const parametersNow = { ...manifest.parameters, bytes: stored.bytes, origin: 'loaded' as const };
    return { ...manifest, graphs, parameters: parametersNow, files: draft.files };
  });
  for (const note of told) options.onNote?.(note);
  return relinked;
}

/** The graphs stay, and with them the form that weights have in int8. */
function coarseNote([first = '']: Iterable<string>): string {
  return `In rows of weights, as ${first}, one value outweighs the others by much, and int8 with one scale a row is coarse for those: compile the model from these weights, which finds a form that holds better.`;
}

function relocated(path: string, graph: Uint8Array, locate: Parameters<typeof relocateModel>[1]): Uint8Array {
  try {
    return relocateModel(graph, locate);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${path} is not a graph that the compiler wrote: compile the model again.`);
  }
}

async function readTable(directory: string, manifest: Manifest) {
  const file = fileOfKind(manifest.files, PARAMETERS);
  if (file === undefined) {
    throw new UserError(
      `${directory} has no ${PARAMETERS}, by which weights are found; it was compiled by an earlier release: compile the model again.`,
    );
  }
  const path = join(directory, file);
  try {
    return parseParameterTable((await readRegularFile(path, LIMITS.parameterTable)).toString('utf8'), path);
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${path} is not the table of parameters that the compiler writes: compile the model again.`,
    );
  }
}
