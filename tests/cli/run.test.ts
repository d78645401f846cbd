import assert from 'node:assert/strict';
import { join } from 'node:path';
import { writeSafetensors } from '../../artifact/weights/safetensors.ts';
import { joinShotWords, parseShot } from '../../cli/shot-words.ts';
import { type AuthorFolder, authorFolder, ROOT } from '../frontend/author-folder.ts';
import { flamingo } from './run-cli.ts';

const picture = (name: string) => join(ROOT, 'tests/images', name);

describe('flamingo run', () => {
  let folder: AuthorFolder;
  let artifact: string;
  before(async () => {
    folder = await authorFolder();
    artifact = join(folder.path, 'tiny');
    // In a fresh model the gates are shut, and no picture makes a difference.
    const gates = join(folder.path, 'gates.safetensors');
    const names = [0, 2].flatMap((layer) =>
      ['attn_gate', 'ff_gate'].map((gate) => `cross_attention.${layer}.${gate}`),
    );
    await writeSafetensors(
      gates,
      names.map((name) => ({ name, dtype: 'float32', shape: [1], data: Float32Array.of(2) })),
    );
    const model = join(ROOT, 'models/presets/tiny.ts');
    const { code, stderr } = await flamingo(
      'compile',
      model,
      '--out',
      artifact,
      '--weights',
      gates,
      '--seed-missing',
    );
    assert.equal(code, 0, stderr);
  });
  after(() => folder.remove());

  const run = (...words: readonly string[]) => flamingo('run', artifact, ...words);
  const json = async (...words: readonly string[]) => {
    const { code, stdout, stderr } = await run(...words, '--json');
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
  };

  it('streams the answer to stdout and says on stderr that the weights are not trained', async () => {
    const words = ['--image', picture('dog.jpg'), '--text', 'Output:', '--max-new-tokens', '6'];
    const { code, stdout, stderr } = await run(...words);
    assert.equal(code, 0);
    assert.match(stderr, /^Some of the weights are drawn from seed 0, not trained/);
    const whole = await json(...words);
    assert.equal(stdout, `${whole.text.trimStart()}\n`);
    assert.equal(whole.tokens.length, 6);
    assert.equal(whole.weights, 'mixed');
  });

  it('says what ran where, besides the answer and in JSON', async () => {
    const words = ['--image', picture('dog.jpg'), '--text', 'Output:', '--max-new-tokens', '3'];
    const { code, stdout } = await run(...words, '--profile');
    assert.equal(code, 0);
    const whole = await json(...words, '--profile');
    assert.ok(stdout.startsWith(`${whole.text.trimStart()}\n\nWhat ran where\n`));
    assert.match(stdout, /^prefill +1 +[\d.]+ ms +\d+ +CPU \d+ +0$/m);
    assert.match(stdout, /^decode +where +nodes +runs +time +share$/m);
    assert.deepEqual(
      whole.profile.phases.map(({ phase, runs }: { phase: string; runs: number }) => [phase, runs]),
      [
        ['vision', 1],
        ['prefill', 1],
        ['decode', whole.tokens.length - 1],
      ],
    );
    assert.deepEqual(whole.profile.onCpu, []);
  });

  it('ends the answer before a text that it is told to stop at', async () => {
    const words = ['--image', picture('dog.jpg'), '--text', 'Output:', '--max-new-tokens', '6'];
    const whole = await json(...words);
    const stop = [...whole.text].at(-1);
    assert.ok(stop, 'there is a text to stop in');
    const { text, finish } = await json(...words, '--stop', 'never', '--stop', stop);
    assert.equal(text, whole.text.slice(0, whole.text.indexOf(stop)));
    assert.equal(finish, 'stop');
  });

  it('draws the same tokens from the same seed, and others from another', async () => {
    const words = ['--image', picture('dog.jpg'), '--temperature', '1.5', '--top-k', '50', '--top-p', '0.9'];
    const first = await json(...words, '--seed', '1');
    assert.deepEqual((await json(...words, '--seed', '1')).tokens, first.tokens);
    assert.notDeepEqual((await json(...words, '--seed', '2')).tokens, first.tokens);
  });

  it('looks at every picture and shot', async () => {
    const scores = async (...words: readonly string[]) => {
      const { choices } = await json(...words, '--choices', 'yes');
      return choices[0].logLikelihood;
    };
    const dog = ['--image', picture('dog.jpg')];
    const seen = [
      await scores(...dog),
      await scores('--image', picture('tulip.jpg')),
      await scores('--image', picture('sailing.gif')),
      await scores('--image', picture('sailing.webp')),
      await scores('--image', picture('sailing.webp'), '--frames', '2'),
      await scores('--image', picture('sailing')),
      await scores(...dog, '--image', picture('tulip.jpg')),
      await scores('--shot', picture('cat.png'), 'A cat.', ...dog),
      await scores('--shot', picture('tulip.jpg'), 'A cat.', ...dog),
      await scores('--shot-text', 'A cat.', ...dog),
      await scores('--shot', picture('cat.png'), 'A cat.', '--shot-text', '-1', ...dog),
      await scores('--shot-text', '-1', '--shot', picture('cat.png'), 'A cat.', ...dog),
    ];
    assert.equal(new Set(seen).size, seen.length, seen.join(' '));
  });

  it('searches with beams, and ranks choices in a table', async () => {
    const dog = ['--image', picture('dog.jpg'), '--text', 'Output:'];
    const { alternatives, score } = await json(...dog, '--beams', '3', '--max-new-tokens', '4');
    assert.equal(alternatives.length, 2);
    for (const other of alternatives) assert.ok(other.score <= score);
    const { stdout } = await run(...dog, '--choices', 'a|bcdef');
    assert.match(
      stdout,
      /^choice +log-likelihood +probability +tokens\na +-[\d.]+ +[\d.]+ +1\nbcdef +-[\d.]+ +[\d.]+ +5\n$/,
    );
  });

  it('refuses wrong use and bad input in one sentence', async () => {
    const dog = ['--image', picture('dog.jpg')];
    const wrong: readonly (readonly [number, readonly string[], RegExp])[] = [
      [2, [], /required option '--image <file>' not specified/],
      [2, ['--shot', picture('cat.png'), ...dog], /an image and a text were expected: --shot IMAGE TEXT/],
      [2, ['--shot', ...dog], /an image and a text were expected: --shot IMAGE TEXT/],
      [
        2,
        [...dog, '--beams', '2', '--temperature', '1'],
        /'--beams <n>' cannot be used with option '--temperature <t>'/,
      ],
      [
        2,
        [...dog, '--choices', 'a|b', '--seed', '1'],
        /'--choices <a\|b\|c>' cannot be used with option '--seed <s>'/,
      ],
      [2, [...dog, '--top-p', '1.5'], /a number above 0 and at most 1 was expected/],
      [2, [...dog, '--provider', 'tpu'], /Allowed choices are cpu, cuda/],
      [3, ['--image', picture('none.jpg')], /none\.jpg' does not exist/],
      [3, ['--image', picture('README.md')], /README\.md/],
      [
        3,
        ['--image', picture('sailing'), ...dog],
        /sailing is a video, which cannot stand beside other pictures/,
      ],
      [3, [...dog, '--text', 'x<image>'], /'<image>' at character 1/],
      [2, [...dog, '--choices', 'a||b'], /choice/],
      [3, [...dog, '--text', 'x'.repeat(600)], /512/],
    ];
    for (const [expected, words, message] of wrong) {
      const { code, stdout, stderr } = await run(...words);
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /\n +at /);
      assert.equal(stdout, '');
      assert.equal(code, expected, words.join(' '));
    }
    const { code, stderr } = await flamingo('run', folder.path, ...dog);
    assert.match(stderr, /has no manifest\.json/);
    assert.equal(code, 3);
  });
});

describe('flamingo run with weights that overflow', () => {
  it('says so instead of answering', async () => {
    const folder = await authorFolder();
    try {
      const weights = join(folder.path, 'huge.safetensors');
      const data = new Float32Array(96).fill(3e38);
      await writeSafetensors(weights, [
        { name: 'language.final_layer_norm.weight', dtype: 'float32', shape: [96], data },
      ]);
      const artifact = join(folder.path, 'huge');
      const model = join(ROOT, 'models/presets/tiny.ts');
      await flamingo('compile', model, '--out', artifact, '--weights', weights, '--seed-missing');
      const dog = ['--image', picture('dog.jpg'), '--text', 'Output:'];
      for (const words of [dog, [...dog, '--beams', '2'], [...dog, '--choices', 'a|b']]) {
        const { code, stdout, stderr } = await flamingo('run', artifact, ...words);
        assert.match(stderr, /gave scores that are not numbers: its weights are damaged or too large/);
        assert.equal(stdout, '');
        assert.equal(code, 3);
      }
    } finally {
      await folder.remove();
    }
  });
});

describe('joinShotWords', () => {
  it('takes two words after --shot, whatever they are called, and leaves the others alone', () => {
    const words = [
      'dir',
      '--shot',
      'a.png',
      '-5 "degrees"',
      '--image',
      'b.png',
      '--shot-text',
      'c',
      '--',
      '--shot',
      'x',
      'y',
    ];
    const [dir, first, image, file, second, ...rest] = joinShotWords(words);
    assert.deepEqual([dir, image, file], ['dir', '--image', 'b.png']);
    assert.deepEqual(rest, ['--', '--shot', 'x', 'y']);
    const value = (word = '') => parseShot(word.slice('--shot='.length));
    assert.deepEqual(value(first), { image: 'a.png', text: '-5 "degrees"' });
    assert.deepEqual(value(second), { text: 'c' });
  });
});
