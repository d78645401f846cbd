import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { checkGiven } from '../../cli/check-given.ts';
import type { CliCommand } from '../../cli/command.ts';
import { COMMANDS } from '../../cli/command-registry.ts';
import { ROOT } from '../frontend/author-folder.ts';

/** A piece of a page, and where it stands. */
interface Said {
  readonly where: string;
  readonly text: string;
}

const PAGES = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  // What has changed may name what is no longer there.
  .filter((path) => path !== '' && !path.startsWith('tests/') && path !== 'CHANGELOG.md');

const BLOCKS = /^```(\w*)\n(.*?)^```$/gms;
const FLAMINGO = /^(?:\$ )?(?:npx flamingo|node cli\/flamingo\.mjs|flamingo)(?: |$)/;

/** Every line of the pages' blocks of commands, without what a shell does with their results. */
const lines: readonly Said[] = PAGES.flatMap((page) => {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const fenced = [...text.matchAll(BLOCKS)].flatMap(([, language, code = '']) =>
    language === 'sh' ? code.replaceAll(/\\\n\s*/g, '').split('\n') : [],
  );
  const indented = [...text.replaceAll(BLOCKS, '').matchAll(/^ {4}(.*)$/gm)].map(([, line = '']) => line);
  return [...fenced, ...indented.filter((line) => FLAMINGO.test(line))]
    .flatMap((line) => line.replace(/\s#.*$/, '').split(/ (?:&&|\||>) /))
    .map((command) => ({ where: page, text: command.trim() }));
});

/** What stands between backticks in the pages' prose. */
const quoted: readonly Said[] = PAGES.flatMap((page) =>
  [
    ...readFileSync(join(ROOT, page), 'utf8')
      .replaceAll(BLOCKS, '')
      .matchAll(/`([^`]+)`/g),
  ].map(([, text = '']) => ({ where: page, text: text.replaceAll(/\s+/g, ' ') })),
);

const commands = new Map<string, CliCommand>();

/** The words of a command, as a shell takes them apart. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, a, b, c]) => a ?? b ?? c ?? '');

function reader(command: CliCommand): Command {
  const made = new Command(command.name).exitOverride().configureOutput({ writeErr: () => {} });
  command.configure(made, async () => {});
  checkGiven(made);
  return made;
}

/** What the command line says of the words behind `flamingo`; undefined where it takes them. */
async function refusal([name = '', ...words]: readonly string[]): Promise<string | undefined> {
  const command = commands.get(name);
  if (command === undefined) return `there is no command '${name}'`;
  try {
    await reader(command).parseAsync([...(command.prepare?.(words) ?? words)], { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError) return error.message;
    throw error;
  }
}

const refusals = async (all: readonly Said[]) =>
  (
    await Promise.all(
      all.map(async ({ where, text }) => {
        const said = await refusal(wordsOf(text.replace(FLAMINGO, '')));
        return said === undefined ? [] : [`${where}: ${text}: ${said}`];
      }),
    )
  ).flat();

describe('the commands that pages and help show', () => {
  before(async () => {
    for (const [name, load] of Object.entries(COMMANDS)) commands.set(name, (await load()).command);
  });

  it('are taken by the command line', async () => {
    const shown = lines.filter(({ text }) => FLAMINGO.test(text));
    assert.ok(shown.length > 40, `${shown.length} were found`);
    assert.deepEqual(await refusals(shown), []);
    assert.deepEqual(await refusals([{ where: 'here', text: 'flamingo compile a.ts --prescision int4' }]), [
      "here: flamingo compile a.ts --prescision int4: error: unknown option '--prescision'\n(Did you mean --precision?)",
    ]);
  });

  it('are taken by the command line where help gives examples', async () => {
    for (const [name, { examples }] of commands) {
      const shown = examples.flatMap((line) =>
        line
          .replace(/\s#.*$/, '')
          .split(' && ')
          .filter((part) => FLAMINGO.test(part))
          .map((text) => ({ where: name, text })),
      );
      assert.ok(shown.length > 0, `${name} has none`);
      assert.deepEqual(await refusals(shown), []);
    }
  });

  it('have the options that the prose names', () => {
    const named = quoted.filter(({ text }) => FLAMINGO.test(text) && text.includes(' '));
    assert.ok(named.length > 40, `${named.length} were found`);
    const wrong = named.flatMap(({ where, text }) => {
      const [name = '', ...words] = wordsOf(text.replace(FLAMINGO, ''));
      if (name.startsWith('-') || /[^a-z]/.test(name)) return [];
      const command = commands.get(name);
      if (command === undefined) return [`${where}: ${text}`];
      const known = ['--help', ...reader(command).options.map(({ long }) => long)];
      return words
        .filter((word) => /^--[a-z]/.test(word) && !known.includes(word))
        .map((word) => `${where}: ${text}: ${word}`);
    });
    assert.deepEqual(wrong, []);
  });

  it('are each told of on some page', () => {
    const told = [...lines, ...quoted].map(({ text }) => text.replace(FLAMINGO, '').split(' ')[0]);
    assert.deepEqual(
      [...commands.keys()].filter((name) => !told.includes(name)),
      [],
    );
  });

  it('are scripts of package.json, and files, that are there', () => {
    const { scripts }: { scripts: Readonly<Record<string, string>> } = JSON.parse(
      readFileSync(join(ROOT, 'package.json'), 'utf8'),
    );
    const all = [...lines, ...quoted];
    const ran = all.flatMap(({ where, text }) =>
      [...text.matchAll(/\bnpm run ([\w:-]+)/g)].map(([, name = '']) => ({ where, text: name })),
    );
    assert.ok(ran.length > 20, `${ran.length} scripts are named`);
    assert.deepEqual(
      ran.filter(({ text }) => !Object.hasOwn(scripts, text)),
      [],
    );
    const files = all.flatMap(({ where, text }) =>
      /^(?:UPDATE_SNAPSHOTS=1 )?(?:npx|node|flamingo|peers\/bin\/python) /.test(text)
        ? [
            ...text.matchAll(
              /(?<= )(?:bench|cli|compiler|docs|dsl|examples|models|runtime|tests)\/[\w./-]+/g,
            ),
          ].map(([path]) => ({ where, text: path }))
        : [],
    );
    assert.ok(files.length > 20, `${files.length} files are named`);
    assert.deepEqual(
      files.filter(({ text }) => !existsSync(join(ROOT, text))),
      [],
    );
  });
});
