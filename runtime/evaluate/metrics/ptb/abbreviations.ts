/** Words that keep the full stop after them, in any case. */
const ANY_CASE =
  'adj adm adv al ala apr ariz assn assoc asst atty aug ave bhd bldg blvd brig bros calif capt cf cie cmdr co col colo ' +
  'comdr conn corp cos cpl ct dak dec dept det dr drs elec ens esq est etc ext feb fla fri ft ga gen gov hon inc ind intl ' +
  'invt jan jos jr jul jun kan kans ky lieut lt ltd maj mar md messrs mich minn mme mo mon mont mr mrs ms mt natl neb ' +
  'nev nov oct okla penn pfc ph.d ph plc pres prof pvt rd rep rev rt sen sens sep sept seq sfc sgt spc sq sr st ste supt sys ' +
  'tel tenn thu thurs treas tue tues univ va vs vt wed wis wm wyo';

/** Those that keep it in capitals at their beginning or throughout. */
const CAPITAL = 'Ark Az Del Ill La Mass Miss Ore Pa Tex Wash';

/** Those that keep it only as they stand here or with a capital. */
const NOT_ALL_CAPITALS = 'mfg mtg pte pty';

/** Those that keep it before a number, in any case. */
const BEFORE_NUMBERS = 'art ca fig figs no nos op pp prop';

const anyOf = (words: string) => words.replaceAll('.', '\\.').split(' ').join('|');
const inBothCases = (words: string) =>
  words.replace(/[a-z]/gi, (letter) => `[${letter.toLowerCase()}${letter.toUpperCase()}]`);
const withCapital = (word: string) => `[${word.charAt(0)}${word.charAt(0).toUpperCase()}]${word.slice(1)}`;

/** What keeps a full stop wherever it stands, as the source of a regular expression. */
export const ABBREVIATION = `(?:${[
  inBothCases(anyOf(ANY_CASE)),
  ...CAPITAL.split(' ').flatMap((word) => [word, word.toUpperCase()]),
  ...NOT_ALL_CAPITALS.split(' ').map(withCapital),
].join('|')})\\.`;

/** What keeps it where a number follows. */
export const ABBREVIATION_BEFORE_NUMBER = `(?:${inBothCases(anyOf(BEFORE_NUMBERS))})\\.`;
