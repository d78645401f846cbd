import { html, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { Actions } from '../actions.ts';
import type { State } from '../state.ts';
import { exampleCard, pictureSlot } from './example.ts';
import { outcomeCard } from './outcome.ts';
import { settings } from './settings.ts';

export function page(state: State, actions: Actions): TemplateResult {
  const { site, examples, query, asked, busy, notes } = state;
  return html`
    <header>
      <h1>flamingo <span>playground</span></h1>
      <p>Show a model a few pictures with words, and ask it about another. It answers as the examples do.</p>
    </header>
    <main>
      <form
        class="prompt"
        aria-label="Prompt"
        @submit=${(event: Event) => {
          event.preventDefault();
          void actions.ask();
        }}
      >
        <section aria-labelledby="examples-title">
          <h2 id="examples-title">Examples</h2>
          <ol class="examples">
            ${repeat(
              examples,
              ({ id }) => id,
              (example, index) => exampleCard(example, index, state, actions),
            )}
          </ol>
          <button type="button" class="quiet" @click=${actions.addExample}>Add an example</button>
        </section>
        <section class="question" aria-labelledby="question-title">
          <h2 id="question-title">Question</h2>
          <div class="card row">
            ${pictureSlot('query', 'the question', query.picture, state, actions)}
            <label class="grow">
              <span>Words before the answer</span>
              <input
                type="text"
                placeholder="none: the answer follows the picture"
                .value=${query.text}
                @input=${(event: InputEvent & { target: HTMLInputElement }) =>
                  actions.changeQuery(event.target.value)}
              />
            </label>
          </div>
        </section>
        ${tray(state, actions)} ${settings(state, actions)}
        <div class="actions">
          <button type="submit" class="ask" ?disabled=${busy || asked.length === 0}>
            ${state.mode === 'choices' ? 'Compare' : 'Ask'}
          </button>
          <button type="button" class="quiet" ?disabled=${!busy} @click=${actions.stop}>Stop</button>
        </div>
      </form>
      <section class="answers" aria-labelledby="answers-title">
        <h2 id="answers-title">Answer</h2>
        <div aria-live="polite" aria-busy=${busy ? 'true' : 'false'}>
          ${asked.length === 0 ? html`<p class="hint">Choose a model to ask.</p>` : nothing}
          ${asked.map((index) => outcomeCard(index, state))}
        </div>
        <div role="status">${notes.map((sentence) => html`<p class="hint">${sentence}</p>`)}</div>
        ${
          site.models.length === 0
            ? html`<p class="hint">No model is served: start with <code>flamingo playground DIR</code>.</p>`
            : nothing
        }
        <p class="hint">Everything is computed in this page; no picture leaves it.</p>
      </section>
    </main>
  `;
}

/** Pictures to try: dragged, or put where the chosen place is. */
function tray({ pictures, place, examples }: State, actions: Actions): TemplateResult | typeof nothing {
  if (pictures.length === 0) return nothing;
  const number = examples.findIndex(({ id }) => id === place) + 1;
  const goal = place === 'query' || number === 0 ? 'the question' : `example ${number}`;
  return html`
    <section aria-labelledby="tray-title">
      <h2 id="tray-title">Pictures to try</h2>
      <p class="hint" id="tray-hint">Drag one, or press it to put it into ${goal}; or drop files of your own.</p>
      <div class="tray" role="group" aria-labelledby="tray-title" aria-describedby="tray-hint">
        ${pictures.map(
          ({ name, url }) => html`
            <button
              type="button"
              class="thumb"
              aria-label=${`${name}: put it into ${goal}`}
              draggable="true"
              @dragstart=${(event: DragEvent) => event.dataTransfer?.setData('text/x-flamingo-picture', name)}
              @click=${() => actions.putPicture(number === 0 ? 'query' : place, name)}
            >
              <img src=${url} alt="" draggable="false" />
            </button>
          `,
        )}
      </div>
    </section>
  `;
}
