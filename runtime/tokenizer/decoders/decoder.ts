/**
 * A step from tokens to text, one token after the other: `decode_chain` of Hugging Face's tokenizers, as it comes. So
 * text that is streamed is that of all tokens at once, and there is only one way to decode.
 */
export interface Step {
  /** What has become certain with this token. */
  push(token: string): readonly string[];
  /** The rest, when no more tokens come. */
  end(): readonly string[];
}

/** A decoder: a fresh step for every text. */
export interface Decoder {
  /** For tokens; they stay tokens. */
  start(): Step;
  /** Makes one token of all: what `start` gives, and what a following decoder is given, are parts of it. */
  readonly fuses?: boolean;
  /** For one token that comes in parts; default: it is waited for. */
  startParts?(): Step;
}

/** A step that makes something of each token by itself, told how many were before it. */
export function eachToken(change: (token: string, index: number) => string): Step {
  let index = 0;
  return { push: (token) => [change(token, index++)], end: () => [] };
}

/** A step that waits for a token whose parts come one after the other. */
function whole(decoder: Decoder): Step {
  const parts: string[] = [];
  return {
    push(part) {
      parts.push(part);
      return [];
    },
    end() {
      const step = decoder.start();
      return parts.length === 0 ? [] : [...step.push(parts.join('')), ...step.end()];
    },
  };
}

/** Decoders one after the other. */
export function inTurn(decoders: readonly Decoder[]): Decoder {
  const startWith = (fused: boolean): Step => {
    let parts = fused;
    const steps = decoders.map((decoder) => {
      const step = parts ? (decoder.startParts?.() ?? whole(decoder)) : decoder.start();
      parts ||= decoder.fuses === true;
      return step;
    });
    return {
      push: (token) => through(steps, [token]),
      end: () => steps.flatMap((step, index) => through(steps.slice(index + 1), step.end())),
    };
  };
  return {
    start: () => startWith(false),
    startParts: () => startWith(true),
    fuses: decoders.some(({ fuses }) => fuses === true),
  };
}

function through(steps: readonly Step[], tokens: readonly string[]): readonly string[] {
  return steps.reduce((given, step) => given.flatMap((token) => step.push(token)), tokens);
}
