import { z } from 'zod';
import { parseSection } from '../component.ts';
import type { Normalizer } from './normalizer.ts';
import { lowercase } from './unicode.ts';

const schema = z.strictObject({
  type: z.string(),
  clean_text: z.boolean(),
  handle_chinese_chars: z.boolean(),
  strip_accents: z.boolean().nullable(),
  lowercase: z.boolean(),
});

/** Ideographs, which become words of their own: CJK Unified Ideographs and their extensions as BERT knows them. */
const IDEOGRAPH =
  /[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]/gu;

/** What BERT does before it parts a text. Accents go with capital letters unless `strip_accents` says otherwise. */
export function readBert(section: unknown): Normalizer {
  const options = parseSection(schema, section, 'normalizer');
  const steps: Normalizer[] = [];
  if (options.clean_text) steps.push(clean);
  if (options.handle_chinese_chars) steps.push((text) => text.replace(IDEOGRAPH, ' $& '));
  if (options.strip_accents ?? options.lowercase)
    steps.push((text) => text.normalize('NFD').replace(/\p{Mn}/gu, ''));
  if (options.lowercase) steps.push(lowercase);
  return (text) => steps.reduce((normalised, step) => step(normalised), text);
}

function clean(text: string): string {
  return text.replace(/(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\ufffd]/gu, '').replace(/\p{White_Space}/gu, ' ');
}
