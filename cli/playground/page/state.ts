import type { ChoiceScore, WebProvider } from '../../../runtime/web/index.ts';

/** What the page is served with, `playground.json`. */
export type Site = {
  /** Compiled models, by what they are called and where their folders lie. */
  readonly models: readonly { readonly name: string; readonly url: string }[];
  /** Pictures to try. */
  readonly pictures: readonly { readonly name: string; readonly url: string }[];
  /** What the page begins with; pictures by their names. */
  readonly prompt: {
    readonly shots: readonly { readonly picture: string; readonly text: string }[];
    readonly query: string;
  };
};

export type Picture = { readonly name: string; readonly url: string; readonly bytes: Uint8Array };

/** An example: a picture and what is said of it. */
export type Example = {
  readonly id: number;
  readonly picture: Picture | undefined;
  readonly text: string;
  /** Whether the model is shown it. */
  readonly on: boolean;
};

/** Milliseconds of an answer. */
export type Times = {
  /** From the question to the first token: pictures and prompt are read. */
  readonly first: number;
  /** To the last. */
  readonly whole: number;
  readonly tokens: number;
};

/** What a model has to say. */
export type Outcome =
  | { readonly kind: 'none' }
  | { readonly kind: 'loading'; readonly loaded: number; readonly total: number; readonly file: string }
  | { readonly kind: 'answering'; readonly text: string }
  | {
      readonly kind: 'answered';
      readonly text: string;
      readonly times: Times;
      readonly probability: number;
      readonly stopped: boolean;
    }
  | { readonly kind: 'scored'; readonly scores: readonly ChoiceScore[]; readonly times: Times }
  | { readonly kind: 'failed'; readonly sentence: string };

export type Mode = 'answer' | 'choices';

/** All that the page shows. */
export type State = {
  readonly site: Site;
  readonly pictures: readonly Picture[];
  readonly examples: readonly Example[];
  readonly query: { readonly picture: Picture | undefined; readonly text: string };
  /** Where a picture that is chosen goes: an example's id, or the question. */
  readonly place: number | 'query';
  readonly mode: Mode;
  readonly choices: string;
  readonly maxNewTokens: number;
  readonly temperature: number;
  readonly provider: WebProvider;
  /** Indices of the models that are asked. */
  readonly asked: readonly number[];
  readonly outcomes: readonly Outcome[];
  /** Milliseconds that loading took, of the models that are loaded. */
  readonly loads: readonly (number | undefined)[];
  readonly busy: boolean;
  readonly hasWebGpu: boolean;
  readonly notes: readonly string[];
};

/** The state at first, before pictures are there. */
export function initialState(site: Site, hasWebGpu: boolean): State {
  return {
    site,
    pictures: [],
    examples: [],
    query: { picture: undefined, text: '' },
    place: 'query',
    mode: 'answer',
    choices: '',
    maxNewTokens: 20,
    temperature: 0,
    provider: 'wasm',
    asked: site.models.length > 0 ? [0] : [],
    outcomes: site.models.map(() => ({ kind: 'none' })),
    loads: site.models.map(() => undefined),
    busy: false,
    hasWebGpu,
    notes: [],
  };
}
