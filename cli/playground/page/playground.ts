import { render } from 'lit';
import { hasWebGpu } from '../../../runtime/web/index.ts';
import type { Actions } from './actions.ts';
import { editing, newExample } from './editing.ts';
import { pictureAt } from './pictures.ts';
import { Questions } from './questions.ts';
import { reasonOf } from './reason-of.ts';
import { initialState, type Site } from './state.ts';
import { Store } from './store.ts';
import { page } from './view/page.ts';

function start(root: HTMLElement, site: Site, withWebGpu: boolean): void {
  const store = new Store(initialState(site, withWebGpu), (state) => render(page(state, actions), root));
  const questions = new Questions(store);
  const actions: Actions = {
    ...editing(store),
    ask: () => questions.ask(),
    stop: () => questions.stop(),
  };
  store.update({});
  begin(store, questions).catch((error: unknown) => questions.fail(0, error));
}

/** Shows the prompt that the page is served with, and loads the first model. */
async function begin(store: Store, questions: Questions): Promise<void> {
  const { site } = store.state;
  const pictures = await Promise.all(site.pictures.map(({ name, url }) => pictureAt(name, url)));
  const byName = (name: string) => pictures.find((picture) => picture.name === name);
  store.update({
    pictures,
    examples: site.prompt.shots.map(({ picture, text }) => newExample(byName(picture), text)),
    query: { ...store.state.query, picture: byName(site.prompt.query) },
  });
  if (store.state.asked.length > 0) await questions.load(0);
  store.tell(0, { kind: 'none' });
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
