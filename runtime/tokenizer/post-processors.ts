import { z } from 'zod';
import { parseSection, type Reader, readComponent } from './component.ts';
import type { TimeLimit } from './time-limit.ts';

const sequence = z.looseObject({ processors: z.array(z.unknown()) });

/**
 * What a tokenizer puts around a text, and the places of tokens in it. Neither is asked for here: what a prompt begins
 * with is the model's to say. But one that is not known might change the text's own tokens.
 */
const READERS: ReadonlyMap<string, Reader<void>> = new Map<string, Reader<void>>([
  ['BertProcessing', () => {}],
  ['ByteLevel', () => {}],
  ['RobertaProcessing', () => {}],
  [
    'Sequence',
    (section, runsWithin) => {
      for (const each of parseSection(sequence, section, 'post_processor').processors)
        checkPostProcessor(each, runsWithin);
    },
  ],
  ['TemplateProcessing', () => {}],
]);

/** @throws Error for a post-processor that is not known */
export function checkPostProcessor(section: unknown, runsWithin: TimeLimit): void {
  if (section !== null && section !== undefined)
    readComponent('post_processor', READERS, section, runsWithin);
}
