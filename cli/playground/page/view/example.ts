import { html, nothing, type TemplateResult } from 'lit';
import type { Actions } from '../actions.ts';
import type { Example, Picture, State } from '../state.ts';

type Place = State['place'];

/** A place for a picture: files are dropped on it, or chosen from it; it is where pictures of the tray go when pressed. */
export function pictureSlot(
  place: Place,
  label: string,
  picture: Picture | undefined,
  state: State,
  actions: Actions,
): TemplateResult {
  const drop = (event: DragEvent): void => {
    event.preventDefault();
    event.currentTarget instanceof HTMLElement && event.currentTarget.classList.remove('over');
    const name = event.dataTransfer?.getData('text/x-flamingo-picture') ?? '';
    const [file] = event.dataTransfer?.files ?? [];
    if (name !== '') actions.putPicture(place, name);
    else if (file !== undefined) void actions.putFile(place, file);
  };
  const over = (event: DragEvent): void => {
    event.preventDefault();
    event.currentTarget instanceof HTMLElement &&
      event.currentTarget.classList.toggle('over', event.type === 'dragover');
  };
  return html`
    <div
      class=${`slot ${state.place === place ? 'chosen' : ''}`}
      @dragover=${over}
      @dragleave=${over}
      @drop=${drop}
    >
      <label>
        ${
          picture === undefined
            ? html`<span class="empty">Drop a picture, or choose a file</span>`
            : html`<img src=${picture.url} alt=${picture.name} />`
        }
        <input
          type="file"
          accept="image/*"
          aria-label=${`Picture of ${label}${picture === undefined ? '' : `, now ${picture.name}`}: choose a file`}
          @focus=${() => actions.choosePlace(place)}
          @change=${(event: Event & { target: HTMLInputElement }) => {
            const [file] = event.target.files ?? [];
            if (file !== undefined) void actions.putFile(place, file);
            event.target.value = '';
          }}
        />
      </label>
      ${
        picture === undefined
          ? nothing
          : html`<button
              type="button"
              class="clear"
              aria-label=${`Take the picture out of ${label}`}
              @click=${() => actions.clear(place)}
            >
              ×
            </button>`
      }
    </div>
  `;
}

export function exampleCard(
  { id, picture, text, on }: Example,
  index: number,
  state: State,
  actions: Actions,
): TemplateResult {
  const name = `example ${index + 1}`;
  return html`
    <li class=${`card row ${on ? '' : 'off'}`}>
      ${pictureSlot(id, name, picture, state, actions)}
      <label class="grow">
        <span>What is said of it</span>
        <input
          type="text"
          .value=${text}
          @focus=${() => actions.choosePlace(id)}
          @input=${(event: InputEvent & { target: HTMLInputElement }) =>
            actions.changeExample(id, { text: event.target.value })}
        />
      </label>
      <div class="tools">
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            aria-label=${`Show ${name} to the model`}
            .checked=${on}
            @change=${(event: Event & { target: HTMLInputElement }) =>
              actions.changeExample(id, { on: event.target.checked })}
          />
          <span aria-hidden="true">${on ? 'on' : 'off'}</span>
        </label>
        <button
          type="button"
          class="icon"
          aria-label=${`Move ${name} up`}
          ?disabled=${index === 0}
          @click=${() => actions.moveExample(id, -1)}
        >
          ↑
        </button>
        <button
          type="button"
          class="icon"
          aria-label=${`Move ${name} down`}
          ?disabled=${index === state.examples.length - 1}
          @click=${() => actions.moveExample(id, 1)}
        >
          ↓
        </button>
        <button
          type="button"
          class="icon"
          aria-label=${`Remove ${name}`}
          @click=${() => actions.removeExample(id)}
        >
          ×
        </button>
      </div>
    </li>
  `;
}
