import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Project, ts } from 'ts-morph';
import { ROOT } from '../frontend/author-folder.ts';

/** `⟨⟩` marks a place: where something is written next, or what the mouse is held over. */
const TEXT = `
import { attention, block, einsum, flamingo, input, linear, mlpConnector, opt, rearrange, reduce, repeat, spliced } from '../../models/index.ts';
const x = input('x', 'float32', ['batch', 'text', 64]);
const wide = block('Wide', {
  sizes: ['dim', 'inner'],
  requires: ['dim divides inner'],
  takes: ['batch text dim'],
  gives: ['batch text dim', 'batch text inner'],
  parts: ({ dim, inner }, _options: { readonly mode: 'fast' | 'exact' }) => ({ up: linear(dim, inner) }),
  forward: ({ parts }, x) => [x, parts.up(x)],
});
const feedForward = block('FeedForward', {
  sizes: ['dim'],
  takes: ['batch text dim'],
  gives: 'batch text dim',
  parts: ({ dim }) => ({ map: linear(dim, dim) }),
  forward: ({ parts }, x) => parts.map(x),
});
export const ⟨hover⟩one = feedForward({ dim: 64 })(x);
export const ⟨hover⟩two = wide({ dim: 64, inner: 128, mode: 'fast' })(x);
export const ⟨hover⟩three = linear(64, 32)(x);
wide({ ⟨write⟩ });
wide({ dim: 64, inner: 128, mode: '⟨write⟩' });
flamingo({ name: 'a', ⟨write⟩ });
flamingo({ name: 'a', crossAttention: { every: 9, ⟨write⟩ } });
flamingo({ name: 'a', convention: '⟨write⟩' });
rearrange(x, '⟨begin⟩');
reduce(x, '⟨begin⟩', 'mean');
repeat(x, '⟨begin⟩');
rearrange(x, 'b t (h d) -> b h t d', { ⟨size⟩ });
rearrange(x, 'b t ⟨wrong⟩');
rearrange(x, 'b t d -> ⟨wrong⟩');
reduce(x, 'b t ⟨wrong⟩', 'mean');
repeat(x, 'b t d -> b n t d ⟨wrong⟩');
einsum('⟨wrong⟩', x);
einsum('b t d, ⟨wrong⟩', x, x);
attention(x, x, x, { heads: '⟨wrong⟩' });
attention(x, x, x, { heads: 4, head: '⟨wrong⟩' });
opt({ dim: 64, heads: '⟨wrong⟩' });
opt({ dim: 64, haeds: '⟨wrong⟩' });
wide({ dim: '⟨wrong⟩', inner: 128, mode: 'fast' });
wide({ dim: 64, iner: '⟨wrong⟩', mode: 'fast' });
feedForward({ dim: 64 })('⟨wrong⟩');
flamingo({ name: 'a', vision: '⟨wrong⟩' });
flamingo({ name: 'a', resampler: '⟨wrong⟩' });
flamingo({ name: 'a', resampler: { depth: '⟨wrong⟩' } });
flamingo({ name: 'a', resampler: { dept: '⟨wrong⟩' } });
flamingo({ name: 'a', resampeler: '⟨wrong⟩' });
flamingo({ name: 'a', crossAttention: { every: '⟨wrong⟩' } });
flamingo({ name: 'a', crossAttention: { every: 1, block: '⟨wrong⟩' } });
flamingo({ name: 'a', precision: { langauge: '⟨wrong⟩' } });
flamingo({ name: 'a', tokens: { imag: '⟨wrong⟩' } });
spliced({ name: 'a', connector: '⟨wrong⟩' });
mlpConnector({ deth: '⟨wrong⟩' });
`;

const FILE = join(ROOT, 'tests/dsl/edited.ts');

describe('an editor', () => {
  const places: { readonly kind: string; readonly at: number }[] = [];
  let service: ts.LanguageService;
  before(() => {
    let text = '';
    for (const part of TEXT.split(/(⟨\w+⟩)/)) {
      if (part.startsWith('⟨')) places.push({ kind: part.slice(1, -1), at: text.length });
      else text += part;
    }
    const project = new Project({
      tsConfigFilePath: join(ROOT, 'tsconfig.json'),
      skipAddingFilesFromTsConfig: true,
    });
    project.createSourceFile(FILE, text);
    service = project.getLanguageService().compilerObject;
  });

  const at = (kind: string) => places.filter((place) => place.kind === kind).map((place) => place.at);
  const offered = (place: number) =>
    (service.getCompletionsAtPosition(FILE, place, {})?.entries ?? []).map(({ name }) => name);

  it('shows the shape of what a block gives', () => {
    const shown = at('hover').map((place) =>
      ts.displayPartsToString(service.getQuickInfoAtPosition(FILE, place)?.displayParts),
    );
    const tensor = (last: number) => `Tensor<"float32", readonly ["batch", "text", ${last}]>`;
    assert.deepEqual(shown, [
      `const one: ${tensor(64)}`,
      `const two: readonly [${tensor(64)}, ${tensor(128)}]`,
      `const three: ${tensor(32)}`,
    ]);
  });

  it('offers the options of blocks and models, and what they may be', () => {
    const all = at('write').map(offered);
    assert.equal(all.length, 5);
    for (const names of all)
      assert.deepEqual(
        names.filter((name) => name.includes('✗')),
        [],
      );
    const [options = [], modes = []] = all;
    assert.deepEqual(options.slice(0, 3), ['dim', 'inner', 'mode']);
    assert.deepEqual(modes, ['fast', 'exact']);
    const [model = [], cross = [], convention = []] = all.slice(-3);
    for (const name of ['vision', 'resampler', 'language', 'crossAttention'])
      assert.ok(model.includes(name), name);
    for (const name of ['insertion', 'heads', 'headDim', 'block']) assert.ok(cross.includes(name), name);
    assert.deepEqual(convention, ['paper', 'open-flamingo']);
  });

  it('offers no sentence about a mistake where it stands', () => {
    const places = at('wrong');
    assert.equal(places.length, 24);
    for (const place of places)
      assert.deepEqual(
        offered(place).filter((name) => name.includes('✗') || name.includes(' ')),
        [],
        TEXT.split('⟨wrong⟩')[places.indexOf(place)]?.split('\n').at(-1),
      );
  });

  it("offers a pattern to begin with, of the tensor's axes, and the sizes of a pattern's names", () => {
    assert.deepEqual(at('begin').map(offered), Array(3).fill(['batch text d2 -> batch text d2']));
    assert.deepEqual(at('size').map(offered), [['b', 'd', 'h', 't']]);
  });
});
