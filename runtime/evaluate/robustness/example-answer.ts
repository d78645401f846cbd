import type { EvaluationTask, TaskPiece } from '../task.ts';

/** An example's text, parted where its answer stands. */
export interface ExampleText {
  readonly before: string;
  readonly answer: string;
  readonly after: string;
}

/**
 * Finds the answer in an example's text: what follows the question's own text (`Output:`), or else the last place of that
 * text's last word (`Answer:` behind another question), or else one of the choices at the end.
 *
 * @returns undefined where none of these is there
 */
export function exampleText(task: EvaluationTask, { text }: TaskPiece): ExampleText | undefined {
  const asked = task.query.text.trimEnd();
  const mark = asked.split(/\s/).at(-1) ?? '';
  const start = asked !== '' && text.startsWith(asked) ? asked.length : endOf(text, mark);
  if (start !== undefined && text.slice(start).trim() !== '') return parted(text, start);
  const end = text.trimEnd();
  const [choice] = (task.choices ?? [])
    .map((each) => each.trim())
    .filter((each) => end.endsWith(each) && !/[\p{L}\p{N}]$/u.test(end.slice(0, -each.length)))
    .toSorted((a, b) => b.length - a.length);
  return choice === undefined ? undefined : parted(text, end.length - choice.length);
}

/** The example with another answer. */
export function withAnswer(shot: TaskPiece, { before, after }: ExampleText, answer: string): TaskPiece {
  return { ...shot, text: `${before}${answer}${after}` };
}

/** The answers of all examples, each with its text; or half a sentence about the first that has none to be seen. */
export function exampleTexts(
  task: EvaluationTask,
  shots: readonly TaskPiece[],
): readonly ExampleText[] | string {
  const found = shots.map((shot) => exampleText(task, shot));
  const place = found.indexOf(undefined);
  if (place >= 0) {
    return `example ${place + 1} has no answer that can be seen: neither ${JSON.stringify(task.query.text.trim())} nor its last word stands before one, nor a choice at its end`;
  }
  return found.filter((each) => each !== undefined);
}

function endOf(text: string, mark: string): number | undefined {
  // A word that marks nothing, such as the last of a question, stands in other texts by chance.
  if (!/[:?>\]]$/.test(mark)) return undefined;
  const place = text.lastIndexOf(mark);
  return place < 0 ? undefined : place + mark.length;
}

function parted(text: string, start: number): ExampleText {
  const rest = text.slice(start);
  const answer = rest.trim();
  const place = start + rest.indexOf(answer);
  return { before: text.slice(0, place), answer, after: text.slice(place + answer.length) };
}
