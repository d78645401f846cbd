import type { FlamingoModel } from '../../../runtime/web/index.ts';
import { ask, choicesOf } from './asking.ts';
import { Models } from './models.ts';
import type { Store } from './store.ts';

/** Puts what the page shows to the models that are asked, one after another. */
export class Questions {
  readonly #store: Store;
  readonly #models = new Models();
  #stop = new AbortController();

  constructor(store: Store) {
    this.#store = store;
  }

  async ask(): Promise<void> {
    const store = this.#store;
    const { busy, asked, mode, choices } = store.state;
    if (busy || asked.length === 0) return;
    if (mode === 'choices' && choicesOf(choices).length === 0) {
      for (const index of asked) this.fail(index, 'Write the answers to compare first, one to a line.');
      return;
    }
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    store.update({ busy: true });
    for (const index of asked) {
      try {
        const model = await this.load(index);
        if (model !== undefined && !signal.aborted)
          await ask(model, store.state, signal, (outcome) => store.tell(index, outcome));
        else store.tell(index, { kind: 'none' });
      } catch (error) {
        this.fail(index, error);
      }
    }
    store.update({ busy: false });
  }

  stop(): void {
    this.#stop.abort();
    this.#models.stopLoading();
  }

  /** @throws UserError as `loadFlamingo`; an AbortError when stopped */
  async load(index: number): Promise<FlamingoModel | undefined> {
    const store = this.#store;
    const { site, provider } = store.state;
    const model = site.models[index];
    if (model === undefined) return undefined;
    const began = performance.now();
    const loaded = await this.#models.load(
      model.url,
      provider,
      (outcome) => store.tell(index, outcome),
      (sentence) => store.note(sentence),
    );
    const { loads } = store.state;
    if (loads[index] === undefined) store.update({ loads: loads.with(index, performance.now() - began) });
    return loaded;
  }

  /** Whatever goes wrong is said where the model's answer would stand. */
  fail(index: number, error: unknown): void {
    this.#store.tell(
      index,
      isAbort(error)
        ? { kind: 'none' }
        : { kind: 'failed', sentence: error instanceof Error ? error.message : String(error) },
    );
  }
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
