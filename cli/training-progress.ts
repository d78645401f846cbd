import { Presets, SingleBar } from 'cli-progress';
import type { MetricsRecord } from '../runtime/training/metrics-log.ts';

/** Steps over which the rate is taken and the loss smoothed. */
const WINDOW = 20;
/** Seconds between lines where nobody is watching. */
const LINE_EVERY = 30;

/**
 * What is said of a run on stderr: for a person a bar with loss, rate and time left, for a log a line now and then.
 */
export class TrainingProgress {
  readonly #note: (line: string) => void;
  readonly #bar: SingleBar | undefined;
  readonly #recent: { readonly at: number; readonly loss: number }[] = [];
  #total = 0;
  #lastLine = Number.NEGATIVE_INFINITY;

  constructor(note: (line: string) => void, watched: boolean) {
    this.#note = note;
    const format = '{bar} {value}/{total} | loss {loss} | {rate} | {left} left';
    this.#bar = watched
      ? new SingleBar({ stream: process.stderr, format, hideCursor: true }, Presets.shades_classic)
      : undefined;
  }

  start(step: number, total: number): void {
    this.#total = total;
    this.#bar?.start(total, step, { loss: '-', rate: '-', left: '-' });
  }

  record({ step, kind, loss }: MetricsRecord): void {
    if (kind === 'evaluation') {
      this.note(`step ${step}: evaluation loss ${loss.toPrecision(4)}`);
      return;
    }
    const at = performance.now() / 1000;
    this.#recent.push({ at, loss });
    if (this.#recent.length > WINDOW + 1) this.#recent.shift();
    const words = this.#words(step);
    this.#bar?.update(step, words);
    if (this.#bar === undefined && at - this.#lastLine > LINE_EVERY) {
      this.#lastLine = at;
      this.#note(`step ${step}/${this.#total}: loss ${words.loss}, ${words.rate}, ${words.left} left`);
    }
  }

  /** A line of its own, above the bar. */
  note(line: string): void {
    if (this.#bar?.isActive !== true) {
      this.#note(line);
      return;
    }
    process.stderr.write('\r\u001b[K');
    this.#note(line);
    this.#bar.render();
  }

  stop(): void {
    this.#bar?.stop();
  }

  #words(step: number): { readonly loss: string; readonly rate: string; readonly left: string } {
    const [first, last] = [this.#recent[0], this.#recent.at(-1)];
    const loss = this.#recent.reduce((sum, each) => sum + each.loss / this.#recent.length, 0).toPrecision(4);
    if (first === undefined || last === undefined || last.at <= first.at)
      return { loss, rate: '-', left: '-' };
    const perSecond = (this.#recent.length - 1) / (last.at - first.at);
    const rate =
      perSecond >= 1 ? `${perSecond.toPrecision(3)} steps/s` : `${(1 / perSecond).toPrecision(3)} s/step`;
    return { loss, rate, left: describeDuration((this.#total - step) / perSecond) };
  }
}

/** `2 h 05 min`, `3 min 20 s`, `12 s`. */
export function describeDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  if (hours > 0) return `${hours} h ${two(minutes)} min`;
  return minutes > 0 ? `${minutes} min ${two(rest)} s` : `${rest} s`;
}
