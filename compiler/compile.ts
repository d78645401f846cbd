import { CLIENT, CLIENT_TYPES, PARAMETERS, TOKENIZER } from '../artifact/artifact-names.ts';
import { writeArtifactFolder } from '../artifact/folder/artifact-folder.ts';
import { ARTIFACT_FORMAT, type GraphManifest, type Manifest, manifestSchema } from '../artifact/manifest.ts';
import type { ModelFacts } from '../artifact/model-problem.ts';
import { encodeParameterTable } from '../artifact/parameter-table.ts';
import type { Program, ProgramFacts } from '../dsl/program/program.ts';
import { buildProgram } from './build-program.ts';
import { type CompileOptions, refuseOtherOptions } from './compile-options.ts';
import { clientSource } from './frontend/client-source.ts';
import { countKept, graphFacts, parameterFacts } from './manifest-facts.ts';
import { encodeModel } from './onnx/encode-model.ts';
import { parameterTable } from './parameter-table.ts';
import { promptTokenizer } from './prompt-tokenizer.ts';
import { quantisableWeights } from './quantisation/block-format.ts';
import { QuantisationThreads } from './quantisation/quantisation-threads.ts';
import { findWeights } from './weights/find-weights.ts';
import type { WeightSource } from './weights/match/match-weights.ts';
import { NO_WEIGHTS, storeWeights } from './weights/store/store-weights.ts';

export type { CompileOptions } from './compile-options.ts';

const GENERATOR = 'flamingo-onnx 0.1.0';

/**
 * Compiles a program to an artifact: its ONNX graphs, weights that they share, the tokenizer of a model that answers
 * prompts, a typed client and a manifest. Nothing is written under `out` unless everything succeeds.
 *
 * @returns the manifest that was written
 * @throws UserError for options of another kind, graphs that are not what the program's facts promise (`modelProblem`), weights that do not fit,
 *   a tokenizer that cannot be read, or a folder that may not be replaced
 */
export async function compile(program: Program, options: CompileOptions): Promise<Manifest> {
  refuseOtherOptions(program, options);
  const { fusion = true, seed = 0, weights = [] } = options;
  // They start while graphs are being built.
  await using threads =
    weights === 'none'
      ? undefined
      : await QuantisationThreads.open(quantisableWeights(program.parameters.values(), options));
  let built = buildProgram(program, options);
  const { target, precision, keptAs } = built;
  const tokenizer = await promptTokenizer(program, options.tokenizer);
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
            ...{ parameters: built.parameters, sources, seed, keptAs, ...(threads && { threads }) },
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
    if (tokenizer !== undefined) await draft.put(TOKENIZER, tokenizer);
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
