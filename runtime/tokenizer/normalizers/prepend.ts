import { z } from 'zod';
import { parseSection } from '../component.ts';
import type { Normalizer } from './normalizer.ts';

const schema = z.strictObject({ type: z.string(), prepend: z.string() });

export function readPrepend(section: unknown): Normalizer {
  const { prepend } = parseSection(schema, section, 'normalizer');
  return (text) => (text === '' ? '' : prepend + text);
}
