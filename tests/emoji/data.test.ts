import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTrainingVocabulary } from '../../examples/emoji/data/gallery.ts';
import { loadIconSet } from '../../examples/emoji/data/icon-set.ts';
import { importPackage, readPackageFile } from '../../examples/emoji/data/packages.ts';
import { loadPictures } from '../../examples/emoji/data/pictures.ts';
import { isHeldOut } from '../../examples/emoji/data/split.ts';
import { TESTING_STYLE, TRAINING_STYLES } from '../../examples/emoji/data/styles.ts';
import { type Emoji, GROUPS, loadVocabulary } from '../../examples/emoji/data/vocabulary.ts';

describe('emoji data', () => {
  let emoji: readonly Emoji[];
  before(async () => {
    emoji = await loadVocabulary(['es', 'de']);
  });

  it('has every emoji but flags and components, with its words', () => {
    assert.ok(emoji.length > 1600, `${emoji.length} emoji`);
    const apple = emoji.find(({ label }) => label === 'red apple');
    assert.equal(apple?.hexcode, '1F34E');
    assert.equal(apple.group, 'food');
    assert.equal(apple.subgroup, 'food-fruit');
    assert.ok(apple.words.keywords.includes('fruit'));
    assert.equal(apple.translations.get('es')?.name, 'manzana roja');
    assert.equal(apple.translations.get('de')?.name, 'roter apfel');
    assert.deepEqual(new Set(emoji.map(({ group }) => group)), new Set(GROUPS));
    assert.ok(emoji.every(({ label }) => !label.startsWith('flag:')));
  });

  it('finds drawings by code point, by alias and by label', async () => {
    const all = emoji.length;
    const least = {
      ...{ noto: all, twemoji: all, 'fluent-emoji-flat': 1580, emojione: 1070, openmoji: all },
      ...{ 'noto-v1': 1200, fxemoji: 460, 'streamline-emojis': 520 },
      ...{ 'emojione-monotone': 1070, 'fluent-emoji-high-contrast': 1580 },
    };
    for (const style of [...TRAINING_STYLES, TESTING_STYLE] as const) {
      const icons = await loadIconSet(style);
      const count = emoji.filter(icons.has).length;
      assert.ok(count >= least[style], `${style} has ${count}`);
    }
  });

  it('takes no other drawing for one that a set lacks or calls by another name', async () => {
    const of = async (style: (typeof TRAINING_STYLES)[number], wanted: string) => {
      const found = emoji.find(({ label }) => label === wanted);
      return found && (await loadIconSet(style)).svg(found, 32);
    };
    assert.notEqual(await of('emojione', 'keycap: *'), undefined);
    assert.notEqual(await of('emojione', 'keycap: *'), await of('emojione', 'keycap: 1'));
    assert.equal(await of('emojione', 'keycap: #'), undefined);
    const apples = await Promise.all(['red apple', 'green apple'].map((apple) => of('fxemoji', apple)));
    assert.equal(new Set(apples).size, 2);
    assert.ok(!apples.includes(undefined));
  });

  it('mirrors an alias that is the mirror image of its parent', async () => {
    const icons = await loadIconSet('fluent-emoji-flat');
    const [left, right] = ['left', 'right'].map((side) => {
      const pointing = emoji.find(({ label }) => label === `backhand index pointing ${side}`);
      return pointing && icons.svg(pointing, 32);
    });
    assert.ok(left !== undefined && right !== undefined);
    assert.match(right, /scale\(-1 1\)/);
    assert.doesNotMatch(left, /scale\(-1 1\)/);
  });

  it('holds out about a tenth, by seed, whatever other emoji there are', async () => {
    const heldOut = emoji.filter(({ hexcode }) => isHeldOut(hexcode));
    assert.ok(Math.abs(heldOut.length / emoji.length - 0.1) < 0.02, `${heldOut.length}`);
    assert.notDeepEqual(
      heldOut,
      emoji.filter(({ hexcode }) => isHeldOut(hexcode, 1)),
    );
    const training = new Set((await loadTrainingVocabulary([])).map(({ hexcode }) => hexcode));
    assert.equal(training.size, emoji.length - heldOut.length);
    assert.ok(heldOut.every(({ hexcode }) => !training.has(hexcode)));
  });

  it('renders on white, the same from the cache, in every drawing differently', async () => {
    const cache = await mkdtemp(join(tmpdir(), 'emoji-'));
    try {
      const some = emoji.filter(({ label }) => ['red apple', 'fire', 'dog face'].includes(label));
      const options = { size: 32, cache };
      const plain = await loadPictures('twemoji', some, options);
      const again = await loadPictures('twemoji', some, options);
      const lines = await loadPictures('twemoji', some, { ...options, drawing: 'lines' });
      assert.equal((await readdir(cache)).length, 2);
      for (const place of some.keys()) {
        const pixels = plain.pixels(place);
        assert.equal(pixels?.length, 32 * 32 * 3);
        assert.deepEqual([...pixels.subarray(0, 3)], [255, 255, 255]);
        assert.deepEqual(again.pixels(place), pixels);
        assert.notDeepEqual(lines.pixels(place), pixels);
      }
      // The apple is red as it is drawn, and without colour as lines.
      const colourful = (pixels: Uint8Array | undefined) =>
        pixels?.filter((red, index) => index % 3 === 0 && red - (pixels[index + 1] ?? 0) > 60).length ?? 0;
      const apple = some.findIndex(({ label }) => label === 'red apple');
      assert.ok(colourful(plain.pixels(apple)) > 200);
      assert.ok(colourful(lines.pixels(apple)) < 20);
      assert.equal(plain.pixels(some.length), undefined);
    } finally {
      await rm(cache, { recursive: true, force: true });
    }
  });

  it('names the package to install where one is missing', async () => {
    await assert.rejects(readPackageFile('@iconify-json/nobodys/icons.json'), {
      name: 'UserError',
      message:
        "The emoji data are built with the package @iconify-json/nobodys, which is not here with its icons.json: install it with 'npm install --save-dev @iconify-json/nobodys'.",
    });
    const load = () => assert.fail('was loaded');
    await assert.rejects(importPackage('nobodys-package', load), /install it with '[^']+ nobodys-package'/);
  });
});
