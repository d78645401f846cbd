import type { GraphManifest, Manifest } from '../artifact/manifest.ts';
import { mediaWay } from '../artifact/media/index.ts';
import type { MediaWayDefinition } from '../artifact/media/way.ts';
import { evaluateDim } from '../dsl/shape/dim.ts';

export interface Step {
  readonly step: string;
  readonly multiplyAdds: number;
}

/** What is counted of a model. */
export type CountedModel = Pick<Manifest, 'language' | 'media'> & {
  readonly graphs: Readonly<Record<string, Pick<GraphManifest, 'work'>>>;
};

/** A prompt that is long enough to be typical and short enough for any model. */
const PROMPT = 32;

/**
 * Multiply-adds of the steps of an answer: one image, a prompt with that image, then one more token after the prompt
 * and with a full context. Empty for artifacts that do not record their work, or that answer no prompts.
 */
export function workPerStep(
  { graphs, language, media }: CountedModel,
  ways: readonly MediaWayDefinition[] = [],
): readonly Step[] {
  const way = media && mediaWay(media, ways)?.open(media);
  if (language === undefined || way === undefined) return [];
  const prompt = Math.min(PROMPT, language.contextLength);
  const read = (text: number, past: number) => ({ batch: 1, text, past, wanted: 1, ...way.sizes(text) });
  const steps = [
    { step: 'one image', graph: graphs.vision, sizes: { images: 1, frames: 1 } },
    { step: `prompt of ${prompt} tokens`, graph: graphs.language, sizes: read(prompt, 0) },
    { step: `one token after ${prompt}`, graph: graphs.language, sizes: read(1, prompt) },
    {
      step: `one token after ${language.contextLength - 1}`,
      graph: graphs.language,
      sizes: read(1, language.contextLength - 1),
    },
  ];
  return steps.flatMap(({ step, graph, sizes }) => {
    const multiplyAdds = graph && totalWork(graph, new Map(Object.entries(sizes)));
    return multiplyAdds === undefined ? [] : [{ step, multiplyAdds }];
  });
}

function totalWork(
  { work }: Pick<GraphManifest, 'work'>,
  sizes: ReadonlyMap<string, number>,
): number | undefined {
  if (work === undefined) return undefined;
  let total = 0;
  for (const dim of Object.values(work)) {
    const steps = evaluateDim(dim, sizes);
    if (steps === undefined) return undefined;
    total += steps;
  }
  return total;
}
