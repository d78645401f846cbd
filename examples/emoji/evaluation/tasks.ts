import { isHeldOut } from '../data/split.ts';
import { MAIN_STYLES, type Style, TESTING_STYLE } from '../data/styles.ts';
import { type Emoji, GROUPS } from '../data/vocabulary.ts';
import { offeredChoice, yesOrNo } from '../episodes/choices.ts';
import { createLexicon, type Lexicon } from '../episodes/lexicon.ts';
import { madeUpWords } from '../episodes/made-up-words.ts';
import { ANSWER_KINDS, type AnswerKind, KIND_PROMPTS } from '../episodes/prompts.ts';
import { Random } from '../random.ts';

/** A picture of an emoji by an artist. */
export interface PictureName {
  readonly hexcode: string;
  readonly style: Style;
}

/** A line of a task file, its pictures not yet paths. */
export interface TaskLine {
  readonly id: string;
  readonly kind: string;
  readonly shots: readonly { readonly image: PictureName; readonly text: string }[];
  readonly image: PictureName;
  readonly text: string;
  readonly choices?: readonly string[];
  readonly answers: readonly string[];
}

export interface TaskOptions {
  /** Which artists have drawn an emoji. */
  readonly drawn: (emoji: Emoji, style: Style) => boolean;
  /** Default 0. */
  readonly seed?: number;
}

/** Examples of a task whose number of examples is to be varied. */
const SHOTS = 8;
const PROMPT = 'Output:';

/**
 * The tasks of each file. Pictures that are asked about are by the artist kept for testing. Examples too, except in
 * fast binding, where they are by artists of the training, so that a thing must be known again in another hand.
 */
export function evaluationTasks(
  emoji: readonly Emoji[],
  { drawn, seed = 0 }: TaskOptions,
): ReadonlyMap<string, readonly TaskLine[]> {
  const seen = emoji.filter(({ hexcode }) => !isHeldOut(hexcode));
  const unseen = emoji.filter(({ hexcode }) => isHeldOut(hexcode));
  const lexicon = createLexicon(seen);
  const random = (file: number) => new Random(seed, file, 20_000);
  return new Map([
    ['name', nameTasks(lexicon, random(0))],
    ['group', groupTasks(lexicon, random(1))],
    ['question', questionTasks(lexicon, createLexicon(emoji), random(2))],
    [
      'binding',
      [
        ...bindingTasks('fast binding', seen, drawn, 2, 500, random(3)),
        ...bindingTasks('fast binding', seen, drawn, 5, 500, random(4)),
        ...bindingTasks('fast binding, unseen emoji', unseen, drawn, 2, 500, random(5)),
        ...bindingTasks('fast binding, unseen emoji', unseen, drawn, 5, 500, random(6)),
      ],
    ],
    ['language', languageTasks(lexicon, random(9))],
    ['other', [...askedTasks(lexicon, random(7)), ...choiceTasks(lexicon, random(8))]],
  ]);
}

const tested = (emoji: Pick<Emoji, 'hexcode'> | undefined): PictureName => ({
  hexcode: emoji?.hexcode ?? '',
  style: TESTING_STYLE,
});

const answered = (answer: string) => `${PROMPT} ${answer}`;

/** Examples that answer one kind of question, of other emoji than the one asked about. */
function shotsOf(lexicon: Lexicon, place: number, kind: AnswerKind, random: Random): TaskLine['shots'] {
  return random
    .sample(lexicon.places, SHOTS + 1)
    .filter((other) => other !== place)
    .slice(0, SHOTS)
    .map((other) => ({ image: tested(lexicon.emoji[other]), text: answered(lexicon.answer(other, kind)) }));
}

/** Every emoji that training saw in other styles: its name, written. */
function nameTasks(lexicon: Lexicon, random: Random): TaskLine[] {
  return random.shuffle(lexicon.places).map((place, index) => ({
    id: `name-${index}`,
    kind: 'name',
    shots: shotsOf(lexicon, place, 'name', random),
    image: tested(lexicon.emoji[place]),
    text: PROMPT,
    answers: lexicon.rightAnswers(place, 'name'),
  }));
}

/** Every emoji that training saw in other styles: its group, among all. */
function groupTasks(lexicon: Lexicon, random: Random): TaskLine[] {
  return random.shuffle(lexicon.places).map((place, index) => ({
    id: `group-${index}`,
    kind: 'group',
    shots: shotsOf(lexicon, place, 'group', random),
    image: tested(lexicon.emoji[place]),
    text: PROMPT,
    choices: GROUPS,
    answers: lexicon.rightAnswers(place, 'group'),
  }));
}

/**
 * Which question: only the examples tell what is asked. Once for the right answer, and once for any answer of the right
 * kind: any emoji's name, group, keyword or name in the language.
 *
 * @param all with the words of emoji that are held out too
 */
function questionTasks(lexicon: Lexicon, all: Lexicon, random: Random): TaskLine[] {
  return ANSWER_KINDS.flatMap((kind) => {
    const ofThisKind = [...new Set(all.places.flatMap((place) => all.rightAnswers(place, kind)))];
    return random.sample(lexicon.places, 100).flatMap((place, index): TaskLine[] => {
      const line = {
        shots: shotsOf(lexicon, place, kind, random),
        image: tested(lexicon.emoji[place]),
        text: PROMPT,
      };
      const id = `question-${kind}-${index}`;
      return [
        { id, kind: 'which question: right answer', ...line, answers: lexicon.rightAnswers(place, kind) },
        { id: `${id}-kind`, kind: 'which question: right kind of answer', ...line, answers: ofThisKind },
      ];
    });
  });
}

/** Languages whose names are asked for, by what they are called. */
const LANGUAGES = { es: 'Spanish', fr: 'French', de: 'German' } as const;

/** Names in other languages: which one, only the examples tell. */
function languageTasks(lexicon: Lexicon, random: Random): TaskLine[] {
  return (['es', 'fr', 'de'] as const).flatMap((language) =>
    random.sample(lexicon.places, 200).map((place, index) => ({
      id: `language-${language}-${index}`,
      kind: `name in ${LANGUAGES[language]}`,
      shots: shotsOf(lexicon, place, language, random),
      image: tested(lexicon.emoji[place]),
      text: PROMPT,
      answers: lexicon.rightAnswers(place, language),
    })),
  );
}

/** Fast binding with one example of each thing. */
function bindingTasks(
  kind: string,
  emoji: readonly Emoji[],
  drawn: TaskOptions['drawn'],
  ways: number,
  count: number,
  random: Random,
): TaskLine[] {
  return Array.from({ length: count }, (_, index) => {
    const things = random.sample(emoji, ways);
    const words = madeUpWords(random, ways, 'testing');
    const asked = random.below(ways);
    return {
      id: `${kind.replaceAll(/\W+/g, '-')}-${ways}-${index}`,
      kind: `${kind}, ${ways}-way`,
      shots: things.map((thing, way) => ({
        image: {
          hexcode: thing.hexcode,
          style: random.pick(MAIN_STYLES.filter((style) => drawn(thing, style))),
        },
        text: answered(words[way] ?? ''),
      })),
      image: tested(things[asked]),
      text: PROMPT,
      choices: words,
      answers: words.slice(asked, asked + 1),
    };
  });
}

/** Questions in words, which need no examples. */
function askedTasks(lexicon: Lexicon, random: Random): TaskLine[] {
  return ANSWER_KINDS.flatMap((kind) =>
    random.sample(lexicon.places, 100).map((place, index) => ({
      id: `asked-${kind}-${index}`,
      kind: `asked in words: ${kind}`,
      shots: [],
      image: tested(lexicon.emoji[place]),
      text: KIND_PROMPTS[kind],
      answers: lexicon.rightAnswers(place, kind),
    })),
  );
}

/** Close-ended choice and yes-or-no questions, as training asks them. */
function choiceTasks(lexicon: Lexicon, random: Random): TaskLine[] {
  return [offeredChoice, yesOrNo].flatMap((episode) =>
    Array.from({ length: 300 }, (_, index): TaskLine => {
      const chunks = episode.make(lexicon, random, 3);
      const [last, ...shots] = chunks.toReversed();
      if (last === undefined) throw new RangeError(`${episode.kind} gave no chunks`);
      const imageOf = (pictures: readonly number[]) => tested(lexicon.emoji[pictures[0] ?? -1]);
      const { prefix, answer } = last;
      return {
        id: `${episode.kind}-${index}`,
        kind: episode.kind.replaceAll('-', ' '),
        shots: shots.map((shot) => ({
          image: imageOf(shot.pictures),
          text: `${shot.prefix} ${shot.answer}`,
        })),
        image: imageOf(last.pictures),
        text: prefix,
        choices: episode === yesOrNo ? ['yes', 'no'] : prefix.slice(0, -1).split(' or '),
        answers: [answer],
      };
    }),
  );
}
