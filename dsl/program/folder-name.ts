/** What no folder's name has, on any system: `CON` and its like are devices of Windows, which takes no dot or space at the end. */
const NO_FOLDER = /[\p{Cc}\\/:*?"<>|]|^\.{1,2}$|[. ]$|^ |^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|^$/iu;
const LONGEST = 200;

/** Whether a folder can have the name, on any system. */
export function isFolderName(name: string): boolean {
  return name.length <= LONGEST && !NO_FOLDER.test(name);
}
