import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { EXAMPLES, MAKINGS } from '../examples/places.ts';
import { GALLERY, gallerySection, linesTable, sectionText } from './gallery/page.ts';

const PAGE = readFileSync('docs/gallery.md', 'utf8');
const STALE = 'docs/gallery.md is stale: node --import tsx tests/docs/gallery/write.ts writes it';

describe('docs/gallery.md', () => {
  it('shows every example', () => {
    const folders = readdirSync(EXAMPLES).filter((name) => !MAKINGS.includes(name));
    assert.deepEqual(GALLERY.map(({ name }) => name).sort(), folders.sort());
  });

  it('says what they are, how many lines they have, and draws their graphs', async () => {
    const sections = [];
    for (const entry of GALLERY) sections.push([entry, await gallerySection(entry)] as const);
    assert.ok(PAGE.includes(linesTable(sections)), STALE);
    for (const [entry, section] of sections) {
      assert.ok(section.drawing.split('\n').length > 4, entry.name);
      assert.ok(section.lines > 10, entry.name);
      assert.ok(PAGE.includes(sectionText(entry, section)), `${entry.name}: ${STALE}`);
    }
  });
});

describe('the examples', () => {
  it('import this package, files beside them, and nothing else', () => {
    for (const { name } of GALLERY) {
      for (const file of readdirSync(`${EXAMPLES}${name}`).filter((each) => each.endsWith('.ts'))) {
        const text = readFileSync(`${EXAMPLES}${name}/${file}`, 'utf8');
        const imported = [...text.matchAll(/ from '([^']+)'/g)].map(([, specifier = '']) => specifier);
        assert.ok(imported.length > 0, file);
        for (const specifier of imported)
          assert.match(specifier, /^(flamingo-onnx(\/dsl)?|\.\/[\w-]+\.ts)$/, `${name}/${file}`);
      }
    }
  });
});
