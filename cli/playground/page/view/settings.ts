import { html, nothing, type TemplateResult } from 'lit';
import type { Actions } from '../actions.ts';
import type { Mode, State } from '../state.ts';

const MODES: readonly (readonly [Mode, string])[] = [
  ['answer', 'Let it answer'],
  ['choices', 'Compare answers'],
];

export function settings(state: State, actions: Actions): TemplateResult {
  const { mode, choices, maxNewTokens, temperature, provider, hasWebGpu, site, asked } = state;
  return html`
    <fieldset class="modes">
      <legend>What to do</legend>
      ${MODES.map(
        ([each, label]) => html`
          <label>
            <input
              type="radio"
              name="mode"
              .checked=${mode === each}
              @change=${() => actions.change({ mode: each })}
            />
            ${label}
          </label>
        `,
      )}
    </fieldset>
    ${
      mode === 'choices'
        ? html`<label class="block">
            <span>Answers to compare, one to a line</span>
            <textarea
              rows="4"
              placeholder="high-heeled shoe&#10;boot"
              .value=${choices}
              @input=${(event: InputEvent & { target: HTMLTextAreaElement }) =>
                actions.change({ choices: event.target.value })}
            ></textarea>
          </label>`
        : nothing
    }
    ${
      site.models.length > 1
        ? html`<fieldset class="modes">
            <legend>Models</legend>
            ${site.models.map(
              ({ name }, index) => html`<label>
                <input
                  type="checkbox"
                  .checked=${asked.includes(index)}
                  @change=${() => actions.toggleModel(index)}
                />
                ${name}
              </label>`,
            )}
          </fieldset>`
        : nothing
    }
    <details>
      <summary>Settings</summary>
      <div class="settings">
        <label>
          <span>Tokens at most</span>
          <input
            type="number"
            min="1"
            max="500"
            .value=${String(maxNewTokens)}
            @change=${(event: Event & { target: HTMLInputElement }) =>
              actions.change({ maxNewTokens: bounded(event.target, 1, 500) })}
          />
        </label>
        <label>
          <span>Temperature (0: the likeliest)</span>
          <input
            type="number"
            min="0"
            max="2"
            step="0.1"
            .value=${String(temperature)}
            @change=${(event: Event & { target: HTMLInputElement }) =>
              actions.change({ temperature: bounded(event.target, 0, 2) })}
          />
        </label>
        <label>
          <span>Computed by</span>
          <select
            .value=${provider}
            @change=${(event: Event & { target: HTMLSelectElement }) =>
              actions.setProvider(event.target.value === 'webgpu' ? 'webgpu' : 'wasm')}
          >
            <option value="wasm">processor (WebAssembly)</option>
            <option value="webgpu" ?disabled=${!hasWebGpu}>
              graphics card (WebGPU)${hasWebGpu ? '' : ': not in this browser'}
            </option>
          </select>
        </label>
      </div>
    </details>
  `;
}

/** The number that a field holds, within its bounds; the field shows what was taken. */
function bounded(field: HTMLInputElement, least: number, most: number): number {
  const given = Number(field.value);
  const value = Number.isFinite(given) ? Math.min(most, Math.max(least, given)) : least;
  field.value = String(value);
  return value;
}
