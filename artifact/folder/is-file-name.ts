/** Whether a text, which may be of anybody's, names a file in a folder itself: not the folder, nothing above or further down. */
export function isFileName(text: string): boolean {
  return !/[/\\\p{Cc}]|^\.{0,2}$/u.test(text);
}
