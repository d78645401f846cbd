/** A score as tables have it. */
export function times100(score: number): string {
  return (100 * score).toFixed(2);
}
