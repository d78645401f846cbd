import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MANIFEST, PARAMETERS } from '../../artifact/artifact-names.ts';
import type { GraphManifest } from '../../artifact/manifest.ts';
import { type ParameterTable, parseParameterTable } from '../../artifact/parameter-table.ts';
import { readRegularFile } from '../../artifact/read-regular-file.ts';
import type { Extensions } from '../../compiler/extensions.ts';
import { LIMITS } from '../../dsl/limits.ts';
import { type Step, workPerStep } from '../work-per-step.ts';

/** One of two models that are compared: an artifact, or a program that was built and not written. */
export interface ModelSide {
  readonly name: string;
  /** How it was built: what differs here differs on purpose. */
  readonly built: Readonly<Record<string, unknown>>;
  /** Options, and what the runtime is told of pictures and prompts. */
  readonly facts: Readonly<Record<string, unknown>>;
  /** Every weight once, whatever tensors its quantised form has. */
  readonly parameters: ReadonlyMap<string, ComparedParameter>;
  readonly graphs: Readonly<Record<string, Omit<GraphManifest, 'file'>>>;
  readonly work: readonly Step[];
}

export interface ComparedParameter {
  readonly shape: readonly number[];
  /** The dtype or the quantised form that it is kept in; both where a head is the embeddings too. */
  readonly kept: string;
  readonly trainable: boolean;
}

export interface SideOptions {
  readonly target: string;
  readonly fusion: boolean;
  readonly extensions: Extensions;
}

/**
 * A model by its artifact's folder, a preset's name, or a model file, which is built with the options.
 *
 * @throws UserError, SourceError as `openArtifact`, `loadModel` and `buildProgram`
 */
export async function modelSide(model: string, options: SideOptions): Promise<ModelSide> {
  return existsSync(join(model, MANIFEST)) ? artifactSide(model, options) : programSide(model, options);
}

async function artifactSide(folder: string, { extensions }: SideOptions): Promise<ModelSide> {
  const { openArtifact } = await import('../../runtime/artifact/artifact.ts');
  const { ways = [] } = extensions;
  const artifact = await openArtifact(folder, { runnable: false, weights: false, ways });
  const { model, target, fusion, precision, graphs, ...facts } = artifact.manifest;
  const path = artifact.path(PARAMETERS);
  const text = (await readRegularFile(path, LIMITS.parameterTable)).toString('utf8');
  return {
    name: model.name,
    built: { target, fusion, precision: precision.weights },
    facts: factsOf(model.options, facts),
    parameters: comparedParameters(parseParameterTable(text, path)),
    graphs,
    work: workPerStep(artifact.manifest, ways),
  };
}

async function programSide(model: string, { extensions, target, fusion }: SideOptions): Promise<ModelSide> {
  const { findPreset } = await import('../presets.ts');
  const { loadModel } = await import('../../compiler/frontend/load-model.ts');
  const { buildProgram } = await import('../../compiler/build-program.ts');
  const { builtFacts } = await import('../../compiler/built-facts.ts');
  const { parameterTable } = await import('../../compiler/parameter-table.ts');
  const { mediaSchema } = await import('../../artifact/media/index.ts');
  const { languageSchema } = await import('../../artifact/facts.ts');
  const program = (await findPreset(model))?.program ?? (await loadModel(model));
  const built = buildProgram(program, { ...extensions, target, fusion });
  const { graphs, precision } = builtFacts(built);
  const { language, media } = built.facts;
  return {
    name: program.name,
    built: { target: built.target.name, fusion, precision: precision.weights },
    facts: factsOf(built.facts.options, built.facts),
    parameters: comparedParameters(parameterTable(program, built.parameters, built.keptAs)),
    graphs,
    work: workPerStep(
      {
        graphs,
        ...(language && { language: languageSchema.parse(language) }),
        ...(media && { media: mediaSchema.parse(media) }),
      },
      built.ways,
    ),
  };
}

function factsOf(
  options: Readonly<Record<string, unknown>>,
  { image, language, media }: { readonly [Fact in 'image' | 'language' | 'media']?: unknown },
): Readonly<Record<string, unknown>> {
  return { options, image, language, media };
}

function comparedParameters({ parameters }: ParameterTable): ReadonlyMap<string, ComparedParameter> {
  const compared = new Map<string, ComparedParameter>();
  for (const [name, { shape, dtype, keptAs, trainable, quantised }] of Object.entries(parameters)) {
    if (quantised === undefined) {
      if (!compared.has(name)) compared.set(name, { shape, kept: keptAs ?? dtype, trainable });
    } else if (quantised.member === 'values') {
      const { weight, shape: whole, format } = quantised;
      const besides = parameters[weight];
      const kept = besides ? `${besides.keptAs ?? besides.dtype} and ${format}` : format;
      compared.set(weight, { shape: whole, kept, trainable });
    }
  }
  return compared;
}
