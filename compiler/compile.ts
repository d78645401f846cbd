import { writeArtifactFolder } from '../artifact/artifact-folder.ts';
import { CLIENT, CLIENT_TYPES, TOKENIZER } from '../artifact/artifact-names.ts';
import { ARTIFACT_FORMAT, type GraphManifest, type Manifest, manifestSchema } from '../artifact/manifest.ts';
import type { ModelFacts } from '../artifact/model-problem.ts';
import { encodeParameterTable, PARAMETERS } from '../artifact/parameter-table.ts';
import { readRegularFile } from '../artifact/read-regular-file.ts';
import { UserError } from '../artifact/user-error.ts';
import { LIMITS } from '../dsl/limits.ts';
import type { Program, ProgramFacts } from '../dsl/program.ts';
import { type BuildOptions, buildProgram } from './build-program.ts';
import { requireTokenizer } from './check-program.ts';
import type { CompiledGraph } from './compile-graph.ts';
import type { Extensions } from './extensions.ts';
import { clientSource } from './frontend/client-source.ts';
import { countKept, graphFacts, parameterFacts } from './manifest-facts.ts';
import { encodeModel } from './onnx/encode-model.ts';
import { parameterTable } from './parameter-table.ts';
import { findWeights } from './weights/find-weights.ts';
import type { WeightSource } from './weights/match/match-weights.ts';
import { NO_WEIGHTS, storeWeights } from './weights/store/store-weights.ts';

export interface CompileOptions extends BuildOptions, Pick<Extensions, 'weightFormats'> {
  /** The artifact's folder; made whole or not at all. */
  readonly out: string;
  /** Where the program came from, for the record: the author's file. Default: the program's name. */
  readonly source?: string;
  /** The `tokenizer.json` that goes with a model that answers prompts: its path, or its content. */
  readonly tokenizer?: string | Uint8Array;
  /**
   * Weight files, indices of shards, or folders (`openWeights`); of several that hold a weight the last one counts.
   * Default none, and the weights are drawn from the seed. `'none'` compiles the graphs alone.
   */
  readonly weights?: readonly string[] | 'none';
  /**
   * Write every weight into the artifact, checking that it is a finite number. Default: weights of up to 256 MiB. Of
   * more, those that the graphs can read where they are stay in the checkpoint's own files: these are put into the
   * artifact as clones where the disk can (Btrfs, XFS, APFS), else as hard links, and only a sample of them is read. An
   * artifact of hard links refuses to answer when the checkpoint has been written to, and Python's onnx refuses it.
   */
  readonly copyWeights?: boolean | undefined;
  /** Draw weights that the files do not hold from the seed, instead of refusing. Default false. */
  readonly seedMissing?: boolean;
  /** Default 0. */
  readonly seed?: number;
  /** Replace an artifact that is already there. Default false. */
  readonly replace?: boolean;
  /** Called with each graph as it was compiled, and with what every pass and fusion rule did to it. */
  readonly onGraph?: (name: string, graph: CompiledGraph) => void;
  /** Called while weights are written, with elements done and in all. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Called with what was left aside, resolved or copied, a sentence each. */
  readonly onNote?: (note: string) => void;
}

export const GENERATOR = 'flamingo-onnx 0.1.0';

/**
 * Compiles a program to an artifact: its ONNX graphs, weights that they share, the tokenizer of a model that answers
 * prompts, a typed client and a manifest. Nothing is written under `out` unless everything succeeds.
 *
 * @returns the manifest that was written
 * @throws UserError for graphs that are not what the program's facts promise (`modelProblem`), weights that do not fit,
 *   a tokenizer that cannot be read, or a folder that may not be replaced
 */
export async function compile(program: Program, options: CompileOptions): Promise<Manifest> {
  const { fusion = true, seed = 0, weights = [] } = options;
  let built = buildProgram(program, options);
  const { target, precision, keptAs } = built;
  const tokenizer = requireTokenizer(program, options.tokenizer);
  const { vocabulary } = program.facts.language ?? {};
  const { sources, notes } =
    weights === 'none' || weights.length === 0
      ? { sources: new Map<string, WeightSource>(), notes: [] }
      : await findWeights(program, weights, {
          weightFormats: options.weightFormats,
          seedMissing: options.seedMissing ?? false,
          ...(vocabulary !== undefined && { vocabulary }),
        });

  let told: readonly string[] = notes;
  const manifest = await writeArtifactFolder(options.out, options.replace ?? false, async (draft) => {
    const stored =
      weights === 'none'
        ? undefined
        : await storeWeights(draft, {
            ...options,
            ...{ parameters: built.parameters, sources, seed, keptAs },
            instead(uneven) {
              built = buildProgram(program, {
                ...options,
                blockwise: new Set([...(options.blockwise ?? []), ...uneven]),
              });
              return built.parameters;
            },
          });
    const { graphs: compiled, stages, parameters } = built;
    // The graph of whole answers is the language graph in a loop, which has been told of.
    for (const each of compiled) if (each.work !== undefined) options.onGraph?.(each.name, each);
    told = [...notes, ...(stored?.notes ?? []), ...unevenNotes(stored?.uneven)];
    const graphs: Record<string, GraphManifest> = {};
    for (const each of compiled) {
      const metadata = { generator: GENERATOR, doc: program.name };
      const bytes = encodeModel(each.onnx, stored?.locate ?? (() => NO_WEIGHTS), metadata);
      const file = await draft.put(`${each.name}.onnx`, bytes);
      graphs[each.name] = { file, ...graphFacts(each, target) };
    }
    await draft.put(PARAMETERS, encodeParameterTable(parameterTable(program, parameters, keptAs)));
    if (tokenizer !== undefined) await draft.put(TOKENIZER, await readTokenizer(tokenizer));
    const facts = manifestSchema.parse({
      format: ARTIFACT_FORMAT,
      generator: GENERATOR,
      model: {
        name: program.name,
        source: options.source ?? program.name,
        options: { ...program.facts.options },
      },
      target: target.name,
      provider: target.provider,
      fusion,
      precision: {
        weights: precision,
        kept: countKept(parameters, (each) => stored?.locate(each).dtype ?? keptAs(each)),
      },
      graphs,
      ...(stages && { stages }),
      ...modelFacts(built.facts),
      parameters: parameterFacts(parameters, {
        ...{ sources, seed, bytes: stored?.bytes },
        hasWeights: weights !== 'none',
      }),
      files: {},
    });
    const client = clientSource(facts);
    await draft.put(CLIENT, Buffer.from(client.module));
    await draft.put(CLIENT_TYPES, Buffer.from(client.types));
    return { ...facts, files: draft.files };
  });
  for (const note of told) options.onNote?.(note);
  return manifest;
}

function unevenNotes(names: ReadonlySet<string> = new Set()): readonly string[] {
  const [first] = names;
  if (first === undefined) return [];
  const whose = names.size === 1 ? first : `${names.size} weights (the first is ${first})`;
  return [
    `In rows of ${whose} one value outweighs the others by much: int8 has a scale for every few of their numbers instead of one a row, which holds better and is slower.`,
  ];
}

/** The facts of a model that are part of the manifest as they are. */
function modelFacts({ image, language, media }: ProgramFacts): Partial<ModelFacts> {
  return { ...(image && { image }), ...(language && { language }), ...(media && { media }) };
}

async function readTokenizer(path: string | Uint8Array): Promise<Uint8Array> {
  if (typeof path !== 'string') return path;
  return readRegularFile(path, LIMITS.tokenizer).catch((error: unknown) => {
    if (error instanceof UserError) throw error;
    throw new UserError(
      `${path} could not be read as the model's tokenizer; give a tokenizer.json with --tokenizer.`,
    );
  });
}
