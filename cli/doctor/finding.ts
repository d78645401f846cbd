import type { Provider } from '../../artifact/provider.ts';

/** What the doctor found of one thing. */
export interface Finding {
  /** The provider that wants it; left out: nothing works without it. */
  readonly provider?: Provider;
  /** What was looked at: `Node`, `provider cuda`. */
  readonly what: string;
  /** `missing`: it is not there; `wrong`: it is there and does not work. */
  readonly state: 'ok' | 'missing' | 'wrong';
  /** Versions, paths, reasons: one line. */
  readonly found: string;
  /** What helps: sentences or commands, in the order in which they are to be followed. */
  readonly helps: readonly string[];
}

/** What the finding is called that says whether a provider runs. */
export function providerWords(provider: Provider): string {
  return `provider ${provider}`;
}
