import type { GraphManifest, Manifest } from '../artifact/manifest.ts';
import type { Program } from '../dsl/program/program.ts';
import type { BuiltProgram } from './build-program.ts';
import { countKept, graphFacts, parameterFacts } from './manifest-facts.ts';

/** What a manifest would say of a program that was built and not written. */
export interface BuiltFacts
  extends Pick<Manifest, 'target' | 'precision' | 'parameters'>,
    Pick<Program['facts'], 'options' | 'image' | 'language' | 'media'> {
  readonly graphs: Readonly<Record<string, Omit<GraphManifest, 'file'>>>;
}

export function builtFacts(built: BuiltProgram): BuiltFacts {
  const { target, precision, facts, graphs, parameters, keptAs } = built;
  return {
    ...facts,
    target: target.name,
    precision: { weights: precision, kept: countKept(parameters, keptAs) },
    parameters: parameterFacts(parameters, {
      ...{ sources: new Map(), hasWeights: false, seed: 0, bytes: undefined },
    }),
    graphs: Object.fromEntries(graphs.map((each) => [each.name, graphFacts(each, target)])),
  };
}
