import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANGUAGE_FAMILIES } from '../../models/configs/language-family-registry.ts';
import { VISION_FAMILIES } from '../../models/configs/vision-family-registry.ts';
import { PRESETS } from '../../models/preset-registry.ts';
import { ROOT } from '../frontend/author-folder.ts';

const page = (name: string) => readFileSync(join(ROOT, name), 'utf8');

/** The words in backticks of the second column of a page's first table. */
const typesOn = (name: string): readonly string[] =>
  (page(name).split('\n## ', 1)[0] ?? '')
    .split('\n')
    .filter((line) => /^\| `/.test(line))
    .flatMap((line) => [...(line.split('|')[2] ?? '').matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));

describe('what pages list is all that there is', () => {
  it('of language models and vision encoders, by what their configs call them', () => {
    const families = {
      'docs/language-families.md': LANGUAGE_FAMILIES,
      'docs/vision-encoders.md': VISION_FAMILIES,
    };
    for (const [name, registry] of Object.entries(families)) {
      const types = registry.flatMap(({ models }) => Object.keys(models));
      assert.ok(types.length > 4, `${name}: ${types.length}`);
      assert.deepEqual([...typesOn(name)].sort(), types.sort(), name);
    }
  });

  it('of presets', () => {
    const [row = ''] = page('README.md').match(/^\| presets \|.*$/m) ?? [];
    // A size alone stands for the name before it with that size.
    const names = [...row.matchAll(/`([\w-]+)`/g)].map(([, word = '']) => word);
    const whole = names.map((word, index) => {
      const before = names.slice(0, index).findLast((name) => !name.startsWith('-')) ?? '';
      return word.startsWith('-') ? before.replace(/-\d+b$/, '') + word : word;
    });
    assert.deepEqual([...whole].sort(), Object.keys(PRESETS).sort());
  });

  it('of mistakes and examples, by their number', () => {
    const [, counted] = /of these (\d+) mistakes/.exec(page('docs/mistakes.md')) ?? [];
    assert.ok(page('README.md').includes(`[${counted} mistakes](docs/mistakes.md)`), `${counted} mistakes`);
    const drawn = [...page('docs/gallery.md').matchAll(/^## /gm)].length;
    const words = ['seven', 'eight', 'nine', 'ten', 'eleven', 'twelve'];
    assert.ok(page('README.md').includes(`| ${words[drawn - 7]} examples,`), `${drawn} examples`);
  });
});
