import { join } from 'node:path';
import { UserError } from '../../artifact/user-error.ts';
import { tokenIdsFromConfig } from '../../models/configs/generation.ts';
import type { ModelFolder } from './model-folder.ts';
import { namedTokens } from './named-tokens.ts';
import type { TokenizerFile } from './tokenizer-file.ts';

/** The tokens around a text, by the files of a folder, as texts. */
export interface FramingTokens {
  readonly beginning: string | undefined;
  readonly end: string | undefined;
  /** Tokens that end an answer, `end` among them or not. */
  readonly ends: readonly string[];
  readonly padding: string | undefined;
  /** Tokens that no answer may have. */
  readonly suppressedTokens: readonly string[];
}

type Role = 'beginning' | 'end' | 'padding';
const FIELDS = { beginning: 'bos_token_id', end: 'eos_token_id', padding: 'pad_token_id' } as const;

/** What ends a text in the tokenizers of LLaMA, of which the first converted ones have ids of another tokenizer beside them. */
const LLAMA_END = '</s>';

/**
 * What a folder's files call the tokens around a text. The tokenizer's own words (`special_tokens_map.json`,
 * `tokenizer_config.json`, what `tokenizer.json` puts first) count before the ids of `generation_config.json` and
 * `config.json`, which are those of another tokenizer where the two contradict each other.
 *
 * @param path where the tokenizer is, for sentences
 * @param notes gets a sentence for each contradiction, and for settings that are not kept
 * @param missing what becomes of an id that the tokenizer does not have: language models are trained with vocabularies of
 *   their own, so it may be `noted` there
 * @throws UserError for an id that the tokenizer does not have, where it is `refused`
 */
export function framingTokens(
  folder: ModelFolder,
  tokenizer: TokenizerFile,
  path: string,
  notes: string[],
  missing: 'refused' | 'noted',
): FramingTokens {
  const own = tokenIdsFromConfig(folder.generation, 'generation_config.json');
  const whole = tokenIdsFromConfig(folder.config, 'config.json');
  const settings = folder.generation === undefined ? whole.settings : own.settings;
  if (settings.length > 0) {
    const file = folder.generation === undefined ? 'config.json' : 'generation_config.json';
    notes.push(`${join(folder.path, file)}: ${settings.join(', ')} not kept; give them to flamingo run.`);
  }
  const absent = new Set<number>();
  const textsOf = (ids: readonly (number | undefined)[]): string[] =>
    ids.flatMap((id) => {
      if (id === undefined) return [];
      const text = tokenizer.tokenOf(id);
      if (text === undefined) absent.add(id);
      return text ?? [];
    });
  const idOf = (role: Role): number | undefined => own[role] ?? whole[role];
  const byId = (role: Role): string | undefined => textsOf([idOf(role)])[0];
  const map = namedTokens(folder.specialTokens);
  const config = namedTokens(folder.tokenizerConfig);
  // The padding alone may be a token that is still to be added.
  const word = (role: Role): string | undefined =>
    [map[role], config[role], role === 'beginning' ? tokenizer.beginning : undefined].find(
      (text) => text && (role === 'padding' || tokenizer.idOf(text) !== undefined),
    );

  const beginning = word('beginning');
  const { end: first, eosTokens } = own.end === undefined ? whole : own;
  const ends = textsOf([first, ...eosTokens]);
  const foreign =
    beginning !== undefined && byId('beginning') !== undefined && byId('beginning') !== beginning;
  const end = word('end') ?? (foreign && tokenizer.has(LLAMA_END) ? LLAMA_END : undefined);
  const isContradicted = end !== undefined && ends.length > 0 && !ends.includes(end);
  const contradictions = [
    ...(foreign ? [{ role: 'beginning' as const, taken: beginning }] : []),
    ...(isContradicted ? [{ role: 'end' as const, taken: end }] : []),
  ];
  if (contradictions.length > 0) {
    const said = contradictions.map(
      ({ role, taken }) =>
        `${FIELDS[role]} ${idOf(role)} is '${byId(role)}' there, but its ${role} of a text is '${taken}'`,
    );
    notes.push(`The configs of ${folder.path} contradict ${path}, which counts: ${said.join('; ')}.`);
  }
  const padding = word('padding') ?? byId('padding');
  const suppressedTokens = textsOf([...own.suppressedTokens, ...whole.suppressedTokens]);
  if (absent.size > 0) {
    const named = `The configs of ${folder.path} name the token ${[...absent].slice(0, 8).join(', ')}, which ${path} does not have`;
    if (missing === 'refused') {
      throw new UserError(`${named}; give the tokenizer that belongs to the model.`);
    }
    notes.push(`${named}: not taken.`);
  }
  return {
    beginning: beginning ?? byId('beginning'),
    end: end ?? (foreign ? undefined : ends[0]),
    // Ids of another tokenizer end nothing.
    ends: foreign && isContradicted ? [end] : [...new Set([...(end === undefined ? [] : [end]), ...ends])],
    padding,
    suppressedTokens,
  };
}
