import { InvalidArgumentError } from 'commander';

/**
 * The answers of `--choices a|b|c`. One that is written twice would halve its probability, and an empty one has none: both
 * are slips of the hand on a command line. (In code a task may have two classes of one name.)
 */
export function choicesOf(text: string): readonly string[] {
  const choices = text.split('|');
  const seen = new Set<string>();
  // A set that does not grow had it.
  const twice = choices.find((choice) => seen.size === seen.add(choice).size);
  if (choices.some((choice) => choice.trim() === '')) {
    throw new InvalidArgumentError('answers with | between them were expected, none of them empty.');
  }
  if (twice !== undefined) {
    throw new InvalidArgumentError(`answers that differ were expected, but '${twice}' is there twice.`);
  }
  return choices;
}
