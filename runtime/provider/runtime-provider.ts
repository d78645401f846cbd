import type { Provider } from '../../artifact/provider.ts';
import type { SessionHost } from '../session.ts';

/** What this project knows of a provider of ONNX Runtime. Every file beside this exports one. */
export interface RuntimeProvider extends SessionHost {
  readonly name: Provider;
  /** Whether it has cards that are told apart by their numbers. */
  readonly hasDevices: boolean;
  /**
   * Refuses a provider that cannot work here before ONNX Runtime is asked, whose own message would be about a path. That
   * nothing is refused does not mean that it starts: `whyNotStarted` explains that.
   *
   * @throws UserError for one that is not there
   */
  check(): void;
  /** What helps where a session does not open, by what ONNX Runtime says; undefined where that is not the provider's doing. */
  whyNotStarted(reason: string): string | undefined;
}
