import { z } from 'zod';
import { readPackageFile } from './packages.ts';

/** The words for an emoji in one language, in lower case. */
export interface Words {
  readonly name: string;
  readonly keywords: readonly string[];
}

/** One emoji as Unicode names it, whoever draws it. */
export interface Emoji {
  /** Code points in hexadecimal, joined by dashes, as `1F34E` or `1F6A3-200D-2642-FE0F`. */
  readonly hexcode: string;
  /** Unicode's label as it is written, which icon sets are named after. */
  readonly label: string;
  /** English. */
  readonly words: Words;
  /** One of `GROUPS`. */
  readonly group: Group;
  /** As `animal-mammal`. */
  readonly subgroup: string;
  /** By language code, for the languages that were asked for. */
  readonly translations: ReadonlyMap<string, Words>;
}

/** Unicode's groups of emoji in a word each, without flags and without components (skin tones, hair). */
export const GROUPS = [
  'smileys',
  'people',
  'animals',
  'food',
  'travel',
  'activities',
  'objects',
  'symbols',
] as const;
export type Group = (typeof GROUPS)[number];

/** Every language of emojibase-data but English. */
const LANGUAGES = [
  ...['bn', 'da', 'de', 'es', 'et', 'fi', 'fr', 'hi', 'hu', 'it', 'ja', 'ko', 'lt', 'ms', 'nb', 'nl', 'pl'],
  ...['pt', 'ru', 'sv', 'th', 'uk', 'vi', 'zh'],
] as const;
export type Language = (typeof LANGUAGES)[number];

const entrySchema = z.array(
  z.looseObject({
    hexcode: z.string(),
    label: z.string(),
    tags: z.array(z.string()).optional(),
    group: z.number().optional(),
    subgroup: z.number().optional(),
    order: z.number().optional(),
  }),
);

const groupsSchema = z.looseObject({
  groups: z.record(z.string(), z.string()),
  subgroups: z.record(z.string(), z.string()),
});

/**
 * All emoji but flags, components and regional indicators, in Unicode's order, with their words in English and in the
 * languages asked for.
 *
 * @throws UserError where emojibase-data is not installed
 */
export async function loadVocabulary(languages: readonly Language[] = LANGUAGES): Promise<readonly Emoji[]> {
  const english = entrySchema.parse(await readPackageFile('emojibase-data/en/data.json'));
  const { groups, subgroups } = groupsSchema.parse(await readPackageFile('emojibase-data/meta/groups.json'));
  const translations = new Map(
    await Promise.all(
      languages.map(async (language) => {
        const entries = entrySchema.parse(await readPackageFile(`emojibase-data/${language}/compact.json`));
        return [language, new Map(entries.map((entry) => [entry.hexcode, wordsOf(entry)]))] as const;
      }),
    ),
  );
  return english
    .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .flatMap((entry) => {
      const group = GROUPS.find((name) => groups[entry.group ?? '']?.split('-')[0] === name);
      const subgroup = subgroups[entry.subgroup ?? ''];
      if (group === undefined || subgroup === undefined) return [];
      const own = [...translations].flatMap(([language, words]) => {
        const found = words.get(entry.hexcode);
        return found === undefined ? [] : [[language, found] as const];
      });
      return [
        {
          hexcode: entry.hexcode,
          label: entry.label,
          words: wordsOf(entry),
          group,
          subgroup,
          translations: new Map(own),
        },
      ];
    });
}

function wordsOf({ label, tags = [] }: { label: string; tags?: string[] | undefined }): Words {
  return { name: plain(label), keywords: [...new Set(tags.map(plain))] };
}

/** Lower case, with the quotation marks and apostrophes of a keyboard. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/[“”«»„]/g, '"')
    .replace(/[‘’]/g, "'")
    .normalize('NFC');
}
