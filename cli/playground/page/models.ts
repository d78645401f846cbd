import { type FlamingoModel, loadFlamingo, type WebProvider } from '../../../runtime/web/index.ts';
import type { Outcome } from './state.ts';

/** The models of the page: each is loaded when it is first asked, and stays. */
export class Models {
  readonly #loaded = new Map<string, Promise<FlamingoModel>>();
  #stop = new AbortController();

  /** @throws UserError as `loadFlamingo`; an AbortError when stopped */
  load(
    url: string,
    provider: WebProvider,
    tell: (outcome: Outcome) => void,
    onNote: (sentence: string) => void,
  ): Promise<FlamingoModel> {
    const key = `${provider} ${url}`;
    const known = this.#loaded.get(key);
    if (known !== undefined) return known;
    tell({ kind: 'loading', loaded: 0, total: 0, file: url });
    const loading = loadFlamingo(url, {
      provider,
      onNote,
      signal: this.#stop.signal,
      onProgress: ({ loaded, total, file }) => tell({ kind: 'loading', loaded, total, file }),
    });
    this.#loaded.set(key, loading);
    loading.catch(() => this.#loaded.delete(key));
    return loading;
  }

  /** Stops what is being loaded; it begins anew when it is asked again. */
  stopLoading(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }
}
