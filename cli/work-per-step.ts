import type { GraphManifest, Manifest } from '../artifact/manifest.ts';
import { evaluateDim } from '../dsl/shape/dim.ts';

export interface Step {
  readonly step: string;
  readonly multiplyAdds: number;
}

/** A prompt that is long enough to be typical and short enough for any model. */
const PROMPT = 32;

/**
 * Multiply-adds of the steps of an answer: one image, a prompt with that image, then one more token after the prompt
 * and with a full context. Empty for artifacts that do not record their work.
 */
export function workPerStep({ graphs, language }: Manifest): readonly Step[] {
  const prompt = Math.min(PROMPT, language.contextLength);
  const decode = (past: number) => ({ batch: 1, text: 1, past, rows: 1, chunk: 1, wanted: 1 });
  const steps = [
    { step: 'one image', graph: graphs.vision, sizes: { images: 1, frames: 1 } },
    {
      step: `prompt of ${prompt} tokens`,
      graph: graphs.language,
      sizes: { batch: 1, text: prompt, past: 0, rows: 1, chunk: prompt, wanted: 1 },
    },
    { step: `one token after ${prompt}`, graph: graphs.language, sizes: decode(prompt) },
    {
      step: `one token after ${language.contextLength - 1}`,
      graph: graphs.language,
      sizes: decode(language.contextLength - 1),
    },
  ];
  return steps.flatMap(({ step, graph, sizes }) => {
    const multiplyAdds = totalWork(graph, new Map(Object.entries(sizes)));
    return multiplyAdds === undefined ? [] : [{ step, multiplyAdds }];
  });
}

function totalWork({ work }: GraphManifest, sizes: ReadonlyMap<string, number>): number | undefined {
  if (work === undefined) return undefined;
  let total = 0;
  for (const dim of Object.values(work)) {
    const steps = evaluateDim(dim, sizes);
    if (steps === undefined) return undefined;
    total += steps;
  }
  return total;
}
