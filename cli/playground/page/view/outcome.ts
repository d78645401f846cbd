import { html, nothing, type TemplateResult } from 'lit';
import type { ChoiceScore } from '../../../../runtime/web/index.ts';
import type { Outcome, State, Times } from '../state.ts';

/** What a model has answered, and what took how long. */
export function outcomeCard(index: number, { site, outcomes, loads }: State): TemplateResult {
  const outcome = outcomes[index] ?? { kind: 'none' };
  const load = loads[index];
  return html`
    <article class="card outcome" data-kind=${outcome.kind} data-model=${site.models[index]?.name ?? ''}>
      <h3>${site.models[index]?.name ?? ''}</h3>
      ${body(outcome, load !== undefined)} ${timesOf(outcome, load)}
    </article>
  `;
}

function body(outcome: Outcome, ready: boolean): TemplateResult {
  switch (outcome.kind) {
    case 'none':
      return html`<p class="hint">${ready ? 'Ready.' : 'It is loaded when it is asked.'}</p>`;
    case 'loading':
      return html`
        <progress
          aria-label="Loading the model"
          max=${outcome.total || 1}
          value=${outcome.total === 0 ? nothing : outcome.loaded}
        ></progress>
        <p class="hint">Loading: ${megabytes(outcome.loaded)} of ${megabytes(outcome.total)} MB</p>
      `;
    case 'answering':
      return html`<p class="answer">${outcome.text.trimStart()}<span class="caret" aria-hidden="true"></span></p>`;
    case 'answered':
      return html`
        <p class="answer">${outcome.text === '' ? html`<em>nothing</em>` : outcome.text}</p>
        <p class="hint">
          ${outcome.stopped ? 'Stopped.' : `Probability of the whole answer: ${percent(outcome.probability)}`}
        </p>
      `;
    case 'scored':
      return bars(outcome.scores);
    case 'failed':
      return html`<p class="failed" role="alert">${outcome.sentence}</p>`;
  }
}

function bars(scores: readonly ChoiceScore[]): TemplateResult {
  const ranked = [...scores].sort((a, b) => b.probability - a.probability);
  return html`
    <ul class="bars">
      ${ranked.map(
        ({ choice, probability }) => html`
          <li>
            <span class="choice">${choice}</span>
            <span class="bar" aria-hidden="true"><i style=${`width: ${100 * probability}%`}></i></span>
            <span class="share">${percent(probability)}</span>
          </li>
        `,
      )}
    </ul>
  `;
}

function timesOf(outcome: Outcome, load: number | undefined): TemplateResult | typeof nothing {
  const times = outcome.kind === 'answered' || outcome.kind === 'scored' ? outcome.times : undefined;
  if (times === undefined && load === undefined) return nothing;
  const rows = [
    ...(load === undefined ? [] : [['loading', seconds(load)]]),
    ...(times === undefined ? [] : rowsOf(times)),
  ];
  return html`
    <dl class="times">
      ${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>
  `;
}

function rowsOf({ first, whole, tokens }: Times): readonly (readonly string[])[] {
  if (tokens === 0) return [['comparing', seconds(whole)]];
  const rate = tokens > 1 && whole > first ? (tokens - 1) / ((whole - first) / 1000) : undefined;
  return [
    ['first token', seconds(first)],
    ['whole answer', seconds(whole)],
    ...(rate === undefined ? [] : [['tokens a second', rate.toFixed(rate < 10 ? 1 : 0)]]),
  ];
}

const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);
const percent = (part: number): string => `${(100 * part).toFixed(part < 0.1 ? 1 : 0)} %`;
