import { fail } from './operator.ts';
import { PRECISIONS, type Precision } from './precision.ts';

/** What a program is to do with the parameters of a part of it. What is left out is the outer part's to say. */
export interface Marks {
  /** Whether training changes them. */
  readonly trainable?: boolean;
  /** How they are kept, whatever the rest of the model is compiled to. */
  readonly precision?: Precision;
}

/**
 * A part with marks on it: a value of its own, which leaves the part as it is. It stands among the parts of a program or
 * a recipe in the place of the part, and means something there alone.
 */
export interface Marked<T extends object> {
  readonly kind: 'marked';
  readonly part: T;
  readonly marks: Marks;
}

/**
 * Says that training leaves a part as it is: a block, a layer, a parameter, a whole model, or a tree of them. Where a
 * part within it has a mark of its own, the inner one counts.
 *
 *     recipe({ parts: { vision: frozen(encoder), head }, … })
 *
 * Within a block's parts, `unmarked(parts.table)` is the table that `parts: () => ({ table: frozen(parameter(…)) })` marks.
 */
export function frozen<T extends object>(part: T | Marked<T>): Marked<T> {
  return mark(part, { trainable: false });
}

/** Undoes `frozen` for a part within what it froze: new token embeddings, for one. */
export function unfrozen<T extends object>(part: T | Marked<T>): Marked<T> {
  return mark(part, { trainable: true });
}

/**
 * Says how the weights of a part are kept, whatever the rest of the model is compiled to. Where a part within it has a
 * mark of its own, the inner one counts.
 *
 *     flamingo({ language: inPrecision('int4', opt({ … })), … })
 *
 * @throws ModelError for a precision that there is none of
 */
export function inPrecision<T extends object>(precision: Precision, part: T | Marked<T>): Marked<T> {
  if (!PRECISIONS.includes(precision))
    fail(`inPrecision: precision must be ${PRECISIONS.join(' or ')}, but it is ${String(precision)}`);
  return mark(part, { precision });
}

/** The part itself, with or without marks. */
export function unmarked<T extends object>(part: T | Marked<T>): T {
  return isMarked(part) ? part.part : part;
}

export function isMarked<T extends object>(value: T | Marked<T>): value is Marked<T> {
  return 'kind' in value && value.kind === 'marked';
}

function mark<T extends object>(part: T | Marked<T>, outer: Marks): Marked<T> {
  const marks = isMarked(part) ? { ...outer, ...part.marks } : outer;
  return Object.freeze({ kind: 'marked', part: unmarked(part), marks: Object.freeze(marks) });
}

/**
 * The marks of a parameter that stands in several places of one program: those of all places together.
 *
 * @throws ModelError where two places say different things
 */
export function joinMarks(
  first: { readonly path: string; readonly marks: Marks },
  other: { readonly path: string; readonly marks: Marks },
): Marks {
  refuseDifference(
    first.path,
    SAY_TRAINABLE(first.marks.trainable),
    other.path,
    SAY_TRAINABLE(other.marks.trainable),
  );
  refuseDifference(first.path, first.marks.precision, other.path, other.marks.precision);
  return { ...first.marks, ...other.marks };
}

const SAY_TRAINABLE = (trainable: boolean | undefined) =>
  trainable === undefined ? undefined : trainable ? 'unfrozen' : 'frozen';

function refuseDifference(
  first: string,
  one: string | undefined,
  second: string,
  other: string | undefined,
): void {
  if (one === undefined || other === undefined || one === other) return;
  fail(
    `'${first}' and '${second}' are one parameter, but it is marked ${one} at the first and ${other} at the second; give both places the same mark`,
  );
}
