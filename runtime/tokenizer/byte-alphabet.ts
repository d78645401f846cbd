/**
 * The printable character that stands for each byte in a byte-level vocabulary: printable Latin-1 is itself, the rest
 * moves up from U+0100, in order (GPT-2).
 */
const CHARACTER_OF_BYTE: readonly string[] = (() => {
  const printable = (byte: number) =>
    (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
  let moved = 0;
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCodePoint(printable(byte) ? byte : 0x100 + moved++),
  );
})();

const BYTE_OF_CHARACTER: ReadonlyMap<string, number> = new Map(
  CHARACTER_OF_BYTE.map((each, byte) => [each, byte]),
);

const encoder = new TextEncoder();

/** A text as the characters that stand for its bytes of UTF-8. */
export function byteCharacters(text: string): string {
  let characters = '';
  for (const byte of encoder.encode(text)) characters += CHARACTER_OF_BYTE[byte] ?? '';
  return characters;
}

/** The bytes that a token's characters stand for; a token with any other character is its own UTF-8. */
export function bytesOf(token: string): Uint8Array {
  const bytes: number[] = [];
  for (const each of token) {
    const byte = BYTE_OF_CHARACTER.get(each);
    if (byte === undefined) return encoder.encode(token);
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
}
