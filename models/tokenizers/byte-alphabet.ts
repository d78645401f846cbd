/**
 * The printable character that stands for each byte in a byte-level vocabulary: printable Latin-1 is itself, the rest
 * moves up from U+0100, in order (GPT-2).
 */
export const BYTE_CHARACTERS: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  const moved = [...Array(256).keys()].filter((byte) => !printable(byte));
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : 0x100 + moved.indexOf(byte)),
  );
})();

/** A text as the characters that stand for its bytes of UTF-8. */
export function byteCharacters(text: string): string[] {
  return [...Buffer.from(text)].map((byte) => BYTE_CHARACTERS[byte] ?? '');
}
