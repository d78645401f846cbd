import type { ProgramFacts } from '../dsl/program/program.ts';
import { cacheContracts } from './added-graphs/cache-contract.ts';
import {
  GENERATE,
  GENERATE_FROM_PIXELS,
  generationContract,
  pixelsContract,
} from './added-graphs/generation-contract.ts';
import { MEDIA_GRAPHS, mediaContracts, pictureRows } from './added-graphs/media-contract.ts';
import { type Contract, contractProblem, type GraphPorts } from './contract.ts';
import { imageSchema, languageSchema } from './facts.ts';
import { MEDIA_WAYS, mediaWay } from './media/index.ts';
import type { MediaWay, MediaWayDefinition, ModelSettings } from './media/way.ts';

/** What a program or a manifest says of a model besides its graphs. */
export type ModelFacts = Pick<ProgramFacts, 'image' | 'language' | 'media'>;

/**
 * Why a model could not be run as its facts say, as the end of a sentence; undefined where it can. Graphs without facts are
 * run by themselves and need nothing.
 *
 * @param own ways of media besides this project's
 */
export function modelProblem(
  facts: ModelFacts,
  graphs: Readonly<Record<string, GraphPorts>>,
  own: readonly MediaWayDefinition[] = [],
): string | undefined {
  const { image, language, media } = facts;
  const malformed =
    factProblem('image', imageSchema, image) ?? factProblem('language', languageSchema, language);
  if (malformed !== undefined) return malformed;
  if (media === undefined) {
    return language === undefined
      ? undefined
      : "the facts say how prompts are written, in 'language', but not how pictures reach them: give 'media' too ({ way: 'none' } for a model of text alone)";
  }
  const definition = mediaWay(media, own);
  if (definition === undefined) {
    const known = [...MEDIA_WAYS, ...own.map(({ way }) => way)].join(', ');
    return `the facts say that pictures reach the text by '${media.way}', but the ways are ${known}; one of your own goes into the option 'ways'`;
  }
  const wrong = factProblem('media', definition.schema, media);
  if (wrong !== undefined) return wrong;
  if (language === undefined) {
    return "the facts say how pictures reach the text, in 'media', but not how prompts are written: give 'language' too";
  }
  const most = Object.values(graphs).reduce((sum, each) => sum + each.inputs.length + each.outputs.length, 0);
  for (const layers of [language.layers, media.layers]) {
    // Before a list is made of as many.
    if (typeof layers === 'number' && layers > most)
      return `the facts speak of ${layers} layers, but the graphs have ${most} inputs and outputs`;
  }
  const way = definition.open(media);
  if (way.pictures && image === undefined) {
    return `with ${way.title} prompts have pictures, but the facts do not say how a picture becomes pixels: give 'image'`;
  }
  if (way.pictures && language.tokens.image === null) {
    return `with ${way.title} prompts have pictures, but no token stands for one: give 'language.tokens.image'`;
  }
  const settings = { language: languageSchema.parse(language), image: image && imageSchema.parse(image) };
  return contractProblem(
    {
      ...withGeneration(way, settings, graphs),
      ...(language.cacheOnDevice && cacheContracts(settings.language)),
      ...withMediaGraphs(way, settings, graphs),
    },
    graphs,
    way.title,
  );
}

/** What a way's graphs must be, with those that write whole answers where there are. */
function withGeneration(
  way: MediaWay,
  settings: ModelSettings,
  graphs: Readonly<Record<string, unknown>>,
): Contract {
  const contract = way.contract(settings);
  const { cacheLength: _, generation, ...growing } = settings.language;
  const { language } = way.contract({ ...settings, language: growing });
  if (generation === undefined || language === undefined) return contract;
  const generate = generationContract(language);
  const { vision } = contract;
  // A way of one's own may do without, and so may an artifact of before.
  if (
    vision === undefined ||
    way.madeOfPictures === undefined ||
    !Object.hasOwn(graphs, GENERATE_FROM_PIXELS)
  )
    return { ...contract, [GENERATE]: generate };
  const fromPixels = pixelsContract(generate, vision, way.madeOfPictures);
  return { ...contract, [GENERATE]: generate, [GENERATE_FROM_PIXELS]: fromPixels };
}

/** The graphs that change pictures on the device, where there are: an artifact of before has none. */
function withMediaGraphs(
  way: MediaWay,
  settings: ModelSettings,
  graphs: Readonly<Record<string, unknown>>,
): Contract {
  if (!Object.values(MEDIA_GRAPHS).some((name) => Object.hasOwn(graphs, name))) return {};
  return mediaContracts(pictureRows(way, way.contract(settings).language?.inputs ?? {}));
}

interface Schema {
  safeParse(value: unknown):
    | { readonly success: true }
    | {
        readonly success: false;
        readonly error: {
          readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
        };
      };
}

function factProblem(name: string, schema: Schema, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return undefined;
  const [issue] = parsed.error.issues;
  const field = [name, ...(issue?.path ?? [])].map(String).join('.');
  return `the fact '${field}' is wrong (${issue?.message.replace(/^Invalid input: /, '') ?? 'unknown'})`;
}
