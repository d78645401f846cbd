import assert from 'node:assert/strict';
import { Command, InvalidArgumentError, type Option } from 'commander';
import { COMMANDS } from '../../cli/command-registry.ts';
import { flamingo } from './run-cli.ts';

/** What is no number that a flag takes, whichever it is. */
const WRONG = [
  'Infinity',
  '-Infinity',
  '+Infinity',
  'NaN',
  '1e999',
  '0x10',
  '0b1',
  '1_000',
  '1,5',
  '-1',
  '',
  ' ',
  'one',
  '1 2',
];

/** What a flag makes of a word; undefined where it takes any word as it is. */
function parsed({ parseArg, argChoices }: Option, word: string): unknown {
  return argChoices === undefined ? parseArg?.(word, undefined) : undefined;
}

/** Flags that take numbers, of all commands: those that make one of `1`. */
async function numberFlags(): Promise<readonly { readonly name: string; readonly option: Option }[]> {
  const loaded = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  return loaded.flatMap(({ command: { name, configure } }) => {
    const command = new Command(name);
    configure(command, async () => undefined);
    return command.options
      .filter((option) => option.long !== '--shot')
      .filter((option) => [parsed(option, '1')].flat().some((value) => typeof value === 'number'))
      .map((option) => ({ name: `${name} ${option.long}`, option }));
  });
}

describe('flags that take numbers', () => {
  it('take no other word for one, whatever the command', async () => {
    const flags = await numberFlags();
    assert.ok(flags.length >= 20, `${flags.length} were found`);
    for (const { name, option } of flags) {
      for (const word of WRONG) {
        // Several counts in one flag.
        if (word === '1,5' && name.endsWith('--shots')) continue;
        assert.throws(
          () => parsed(option, word),
          (error) =>
            error instanceof InvalidArgumentError && /^[a-z][^.]*\.$|, as 0,1,2,4\.$/.test(error.message),
          `${name} ${JSON.stringify(word)}`,
        );
      }
    }
  });

  it('are all that say they take one', async () => {
    const found = new Set((await numberFlags()).map(({ name }) => name));
    const loaded = await Promise.all(Object.values(COMMANDS).map((load) => load()));
    for (const {
      command: { name, configure },
    } of loaded) {
      const command = new Command(name);
      configure(command, async () => undefined);
      for (const { long, flags } of command.options)
        if (/<(n|k|p|t|s|number|counts)>/.test(flags))
          assert.ok(found.has(`${name} ${long}`), `${name} ${flags}`);
    }
  });

  it('take numbers as people write them', async () => {
    const flags = new Map((await numberFlags()).map(({ name, option }) => [name, option]));
    const value = (name: string, word: string) => {
      const option = flags.get(name);
      assert.ok(option !== undefined, name);
      return parsed(option, word);
    };
    for (const word of ['0.5', '.5', '5e-1', '+0.5', '0.50'])
      assert.equal(value('run --temperature', word), 0.5, word);
    assert.equal(value('run --temperature', '2.'), 2);
    assert.equal(value('run --max-new-tokens', '012'), 12);
    assert.throws(() => value('run --top-p', '1.01'), InvalidArgumentError);
    assert.equal(value('run --seed', '4294967295'), 4294967295);
    for (const word of ['4294967296', '9007199254740993'])
      assert.throws(() => value('run --seed', word), InvalidArgumentError, word);
    for (const command of ['run', 'evaluate']) {
      assert.equal(value(`${command} --beams`, '256'), 256);
      assert.throws(() => value(`${command} --beams`, '257'), InvalidArgumentError, command);
    }
    assert.throws(() => value('playground --port', '65536'), InvalidArgumentError);
  });

  it('are refused as wrong use, in one sentence, before anything is loaded', async () => {
    const { code, stdout, stderr } = await flamingo(
      'run',
      'nowhere',
      '--text',
      'a',
      '--temperature',
      'Infinity',
    );
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(
      stderr,
      /^error: option '--temperature <t>' argument 'Infinity' is invalid\. a number above 0 was expected\.\n/,
    );
    assert.doesNotMatch(stderr, /\n +at /);
  });
});

describe('flags that take texts', () => {
  const refuses = async (words: readonly string[], said: RegExp) => {
    const { code, stdout, stderr } = await flamingo('run', 'nowhere', '--text', 'a', ...words);
    assert.match(stderr, said);
    assert.equal(stdout, '');
    assert.equal(code, 2, words.join(' '));
  };

  it('take no answer that is empty or there twice, which would halve its probability', async () => {
    await refuses(
      ['--choices', 'a|b|a'],
      /--choices.*answers that differ were expected, but 'a' is there twice\./,
    );
    await refuses(['--choices', 'a||b'], /--choices.*none of them empty\./);
    await refuses(['--choices', ''], /--choices.*answers with \| between them were expected/);
  });

  it('take no empty text that ends an answer', async () => {
    await refuses(['--stop', ''], /--stop.*a text of at least one character was expected/);
  });
});
