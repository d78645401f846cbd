/** What the tokenisation of English put spaces before, and what it wrote out: in this order. */
const CLEANED: readonly (readonly [found: string, written: string])[] = [
  [' .', '.'],
  [' ?', '?'],
  [' !', '!'],
  [' ,', ','],
  [" ' ", "'"],
  [" n't", "n't"],
  [" 'm", "'m"],
  [' do not', " don't"],
  [" 's", "'s"],
  [" 've", "'ve"],
  [" 're", "'re"],
];

export function cleanUp(text: string): string {
  return CLEANED.reduce((cleaned, [found, written]) => cleaned.replaceAll(found, written), text);
}
