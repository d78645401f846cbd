// Runs in Node's thread of module hooks; see record-compile.mjs.
import { appendFileSync } from 'node:fs';

/** The module whose loading begins each stage. */
const STAGES = [
  ['check', '/compiler/frontend/type-check.ts'],
  ['trace', '/models/presets/'],
  ['compile', '/compiler/compile.ts'],
];

let file = '';
const seen = new Set();

export function initialize(data) {
  file = data.file;
}

export function load(url, context, next) {
  const path = new URL(url).pathname;
  const stage = STAGES.find(([name, part]) => path.includes(part) && !seen.has(name))?.[0];
  if (stage !== undefined) {
    seen.add(stage);
    appendFileSync(file, `${JSON.stringify({ stage, at: performance.timeOrigin + performance.now() })}\n`);
  }
  return next(url, context);
}
