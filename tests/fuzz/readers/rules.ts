import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readRule } from '../../../compiler/fusion/load-rules.ts';
import type { FuzzReader } from '../fuzz-reader.ts';
import { mutateText } from '../mutate-text.ts';

const FOLDER = 'compiler/fusion/rules';
const WORDS =
  "let fuse into with when on as shared constant none last infinity true false parameter add matmul x y result size ( ) [ ] | , ; ? _ = != <= + - * / % ~ -> ... 1 1e999 0.5 'text' # \n \ud800".split(
    ' ',
  );

/** Files of fusion rules. */
export const reader: FuzzReader = {
  name: 'rules',
  async prepare() {
    const texts = readdirSync(FOLDER)
      .filter((name) => name.endsWith('.rule'))
      .map((name) => readFileSync(join(FOLDER, name), 'utf8'));
    const doubling = `${Array.from({ length: 20 }, (_, level) => `let p${level + 1} = (p${level} | p${level})`).join('\n')}\nfuse add(p20, x) into add(x, x)`;
    return {
      seeds: texts.map((text) => Buffer.from(text)),
      make: (random) => Buffer.from(mutateText(random, [...texts, doubling], WORDS)),
      read: (file) => void readRule(Buffer.from(file).toString('utf8'), 'fuzz.rule'),
    };
  },
};
