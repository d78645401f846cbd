import type { GraphManifest, Manifest } from '../artifact/manifest.ts';
import { mediaWay } from '../artifact/media/index.ts';
import type { MediaWayDefinition } from '../artifact/media/way.ts';
import { evaluateDim } from '../dsl/shape/dim.ts';

export interface Step {
  readonly step: string;
  readonly multiplyAdds: number;
}

/** What is counted of a model. */
export type CountedModel = Pick<Manifest, 'language' | 'media' | 'stages'> & {
  readonly graphs: Readonly<Record<string, Pick<GraphManifest, 'work'>>>;
};

/** A prompt that is long enough to be typical and short enough for any model. */
const PROMPT = 32;

/**
 * Multiply-adds of the steps of an answer: one image, a prompt with that image, then one more token after the prompt
 * and with a full context. Empty for artifacts that do not record their work, or that answer no prompts.
 */
export function workPerStep(
  { graphs, stages = {}, language, media }: CountedModel,
  ways: readonly MediaWayDefinition[] = [],
): readonly Step[] {
  const way = media && mediaWay(media, ways)?.open(media);
  if (language === undefined || way === undefined) return [];
  const { contextLength, cacheLength = contextLength } = language;
  const most = Math.min(contextLength, cacheLength);
  const prompt = Math.min(PROMPT, most);
  const read = (text: number, past: number) => ({ batch: 1, text, past, wanted: 1, ...way.sizes(text) });
  const parts = (name: string) => (stages[name] ?? [name]).flatMap((part) => graphs[part] ?? []);
  const text = parts('language');
  const steps = [
    { step: 'one image', graphs: parts('vision'), sizes: { images: 1, frames: 1 } },
    { step: `prompt of ${prompt} tokens`, graphs: text, sizes: read(prompt, 0) },
    { step: `one token after ${prompt}`, graphs: text, sizes: read(1, prompt) },
    {
      step: `one token after ${most - 1}`,
      graphs: text,
      sizes: read(1, most - 1),
    },
  ];
  return steps.flatMap(({ step, graphs, sizes }) => {
    const multiplyAdds = totalWork(graphs, new Map(Object.entries(sizes)));
    return multiplyAdds === undefined ? [] : [{ step, multiplyAdds }];
  });
}

/** Multiply-adds of reading a prompt of so many tokens, its pictures apart; NaN where the artifact does not record its work. */
export function workPerText(
  { graphs, stages = {}, media }: CountedModel,
  text: number,
  ways: readonly MediaWayDefinition[] = [],
): number {
  const way = media && mediaWay(media, ways)?.open(media);
  const parts = (stages.language ?? ['language']).flatMap((part) => graphs[part] ?? []);
  const sizes = { batch: 1, text, past: 0, wanted: 1, ...way?.sizes(text) };
  return totalWork(parts, new Map(Object.entries(sizes))) ?? Number.NaN;
}

/** Of all graphs together; undefined where there are none, or one does not record its work. */
function totalWork(
  graphs: readonly Pick<GraphManifest, 'work'>[],
  sizes: ReadonlyMap<string, number>,
): number | undefined {
  if (graphs.length === 0) return undefined;
  let total = 0;
  for (const { work } of graphs) {
    if (work === undefined) return undefined;
    for (const dim of Object.values(work)) {
      const steps = evaluateDim(dim, sizes);
      if (steps === undefined) return undefined;
      total += steps;
    }
  }
  return total;
}
