import { render } from 'lit';
import { hasWebGpu } from '../../../runtime/web/index.ts';
import type { Actions } from './actions.ts';
import { ask, choicesOf, Models } from './asking.ts';
import { pictureAt, pictureOfFile } from './pictures.ts';
import { type Example, initialState, type Outcome, type Picture, type Site, type State } from './state.ts';
import { page } from './view/page.ts';

const models = new Models();
let ids = 0;

function example(picture: Picture | undefined, text: string): Example {
  ids += 1;
  return { id: ids, picture, text, on: true };
}

function start(root: HTMLElement, site: Site, withWebGpu: boolean): void {
  let state: State = initialState(site, withWebGpu);
  let stop = new AbortController();

  const update = (change: Partial<State>): void => {
    state = { ...state, ...change };
    render(page(state, actions), root);
  };
  const tell = (index: number, outcome: Outcome): void =>
    update({ outcomes: state.outcomes.map((each, place) => (place === index ? outcome : each)) });
  const note = (sentence: string): void => {
    if (!state.notes.includes(sentence)) update({ notes: [...state.notes, sentence] });
  };
  const changeExample = (id: number, change: Partial<Example>): void =>
    update({ examples: state.examples.map((each) => (each.id === id ? { ...each, ...change } : each)) });
  const put = (place: State['place'], picture: Picture | undefined): void => {
    if (place === 'query') update({ query: { ...state.query, picture }, place });
    else {
      changeExample(place, { picture });
      update({ place });
    }
  };
  /** Whatever goes wrong is said where the model's answer would stand. */
  const fail = (index: number, error: unknown): void =>
    tell(
      index,
      isAbort(error)
        ? { kind: 'none' }
        : { kind: 'failed', sentence: error instanceof Error ? error.message : String(error) },
    );

  const load = async (index: number) => {
    const model = site.models[index];
    if (model === undefined) return undefined;
    const began = performance.now();
    const loaded = await models.load(model.url, state.provider, (outcome) => tell(index, outcome), note);
    if (state.loads[index] === undefined) {
      const took = performance.now() - began;
      update({ loads: state.loads.map((each, place) => (place === index ? took : each)) });
    }
    return loaded;
  };

  const actions: Actions = {
    putFile: async (place, file) => {
      try {
        put(place, await pictureOfFile(file));
      } catch (error) {
        note(`${file.name} cannot be read (${reasonOf(error)}): choose the file of a picture.`);
      }
    },
    putPicture: (place, name) =>
      put(
        place,
        state.pictures.find((picture) => picture.name === name),
      ),
    choosePlace: (place) => update({ place }),
    clear: (place) => put(place, undefined),
    addExample: () => {
      const added = example(undefined, '');
      update({ examples: [...state.examples, added], place: added.id });
    },
    removeExample: (id) =>
      update({ examples: state.examples.filter((each) => each.id !== id), place: 'query' }),
    moveExample: (id, by) => {
      const from = state.examples.findIndex((each) => each.id === id);
      const moved = state.examples[from];
      if (moved === undefined) return;
      const others = state.examples.filter((each) => each !== moved);
      update({ examples: others.toSpliced(Math.max(0, from + by), 0, moved) });
    },
    changeExample,
    changeQuery: (text) => update({ query: { ...state.query, text } }),
    change: update,
    toggleModel: (index) => {
      const asked = state.asked.includes(index)
        ? state.asked.filter((each) => each !== index)
        : [...state.asked, index].sort((a, b) => a - b);
      update({ asked });
    },
    setProvider: (provider) => update({ provider, loads: site.models.map(() => undefined) }),
    stop: () => {
      stop.abort();
      models.stopLoading();
    },
    ask: async () => {
      if (state.busy || state.asked.length === 0) return;
      if (state.mode === 'choices' && choicesOf(state.choices).length === 0) {
        for (const index of state.asked) fail(index, 'Write the answers to compare first, one to a line.');
        return;
      }
      stop = new AbortController();
      const { signal } = stop;
      update({ busy: true });
      for (const index of state.asked) {
        try {
          const model = await load(index);
          if (model !== undefined && !signal.aborted)
            await ask(model, state, signal, (outcome) => tell(index, outcome));
          else tell(index, { kind: 'none' });
        } catch (error) {
          fail(index, error);
        }
      }
      update({ busy: false });
    },
  };
  update({});

  const begin = async (): Promise<void> => {
    const pictures = await Promise.all(site.pictures.map(({ name, url }) => pictureAt(name, url)));
    const byName = (name: string) => pictures.find((picture) => picture.name === name);
    update({
      pictures,
      examples: site.prompt.shots.map(({ picture, text }) => example(byName(picture), text)),
      query: { ...state.query, picture: byName(site.prompt.query) },
    });
    if (state.asked.length > 0) await load(0);
    tell(0, { kind: 'none' });
  };
  begin().catch((error: unknown) => fail(0, error));
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/\.$/, '') : String(error);
}

async function main(): Promise<void> {
  const root = document.getElementById('playground');
  if (root === null) return;
  try {
    const response = await fetch('playground.json', { cache: 'no-cache' });
    if (!response.ok) throw new Error(`playground.json is not there (${response.status})`);
    // What the command wrote beside this page.
    const site: Site = await response.json();
    start(root, site, await hasWebGpu());
  } catch (error) {
    root.textContent = `The playground cannot begin: ${reasonOf(error)}. Serve the whole folder that 'flamingo playground --out' wrote.`;
  }
}

void main();
