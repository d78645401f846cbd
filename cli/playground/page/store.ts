import type { Example, Outcome, Picture, State } from './state.ts';

/** The state of the page, which is shown anew whenever it changes. */
export class Store {
  #state: State;
  readonly #show: (state: State) => void;

  constructor(state: State, show: (state: State) => void) {
    this.#state = state;
    this.#show = show;
  }

  get state(): State {
    return this.#state;
  }

  update(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.#show(this.#state);
  }

  /** @param index of the model that says it */
  tell(index: number, outcome: Outcome): void {
    const { outcomes } = this.#state;
    this.update({ outcomes: outcomes.map((each, place) => (place === index ? outcome : each)) });
  }

  /** Says something once, whoever says it. */
  note(sentence: string): void {
    const { notes } = this.#state;
    if (!notes.includes(sentence)) this.update({ notes: [...notes, sentence] });
  }

  changeExample(id: number, change: Partial<Example>): void {
    const { examples } = this.#state;
    this.update({ examples: examples.map((each) => (each.id === id ? { ...each, ...change } : each)) });
  }

  /** Puts a picture in a place, which is then the chosen one, or takes away the one that is there. */
  put(place: State['place'], picture: Picture | undefined): void {
    if (place === 'query') this.update({ query: { ...this.#state.query, picture }, place });
    else {
      this.changeExample(place, { picture });
      this.update({ place });
    }
  }
}
