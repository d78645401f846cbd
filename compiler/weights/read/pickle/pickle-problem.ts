/** What a pickle gets wrong; the reader of the file makes a sentence of it that begins with the file. */
export class PickleProblem extends Error {}
