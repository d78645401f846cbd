/** The files of a run's folder. */
export const RUN_FILES = {
  /** Settings: what was run. */
  run: 'run.json',
  /** Every item that was asked, and what is right; a line each. */
  items: 'items.jsonl',
  /** Every answer, as it came; a line each. */
  outcomes: 'outcomes.jsonl',
  /** Scores of items, where the benchmark's is their mean; a line each. */
  scores: 'scores.jsonl',
  /** What was left out, and why; a line each. */
  problems: 'problems.jsonl',
  results: 'results.json',
  page: 'results.html',
  /** A folder with the frames of each video that ffmpeg has read. */
  frames: 'frames',
  claim: '.claim',
  /** Room on the disk for the answers that are in memory when it becomes full. */
  reserve: '.reserve',
} as const;
