import { type Piece, slicePiece } from '../piece.ts';
import type { PreTokenizer } from './pre-tokenizer.ts';

/** The scripts that SentencePiece tells apart, those of Unicode 9; a letter of any other goes with what is beside it. */
const SCRIPTS =
  `Adlam Ahom Anatolian_Hieroglyphs Arabic Armenian Avestan Balinese Bamum Bassa_Vah Batak Bengali
  Bhaiksuki Bopomofo Brahmi Braille Buginese Buhid Canadian_Aboriginal Carian Caucasian_Albanian Chakma Cham Cherokee
  Common Coptic Cuneiform Cypriot Cyrillic Deseret Devanagari Duployan Egyptian_Hieroglyphs Elbasan Ethiopic Georgian
  Glagolitic Gothic Grantha Greek Gujarati Gurmukhi Han Hangul Hanunoo Hatran Hebrew Hiragana Imperial_Aramaic
  Inherited Inscriptional_Pahlavi Inscriptional_Parthian Javanese Kaithi Kannada Katakana Kayah_Li Kharoshthi Khmer
  Khojki Khudawadi Lao Latin Lepcha Limbu Linear_A Linear_B Lisu Lycian Lydian Mahajani Malayalam Mandaic Manichaean
  Marchen Meetei_Mayek Mende_Kikakui Meroitic_Cursive Meroitic_Hieroglyphs Miao Modi Mongolian Mro Multani Myanmar
  Nabataean New_Tai_Lue Newa Nko Ogham Ol_Chiki Old_Hungarian Old_Italic Old_North_Arabian Old_Permic Old_Persian
  Old_South_Arabian Old_Turkic Oriya Osage Osmanya Pahawh_Hmong Palmyrene Pau_Cin_Hau Phags_Pa Phoenician
  Psalter_Pahlavi Rejang Runic Samaritan Saurashtra Sharada Shavian Siddham SignWriting Sinhala Sora_Sompeng Sundanese
  Syloti_Nagri Syriac Tagalog Tagbanwa Tai_Le Tai_Tham Tai_Viet Takri Tamil Tangut Telugu Thaana Thai Tibetan Tifinagh
  Tirhuta Ugaritic Vai Warang_Citi Yi`
    .split(/\s+/)
    .map((name) => ({ name, letters: new RegExp(`\\p{Script=${name}}`, 'u') }));

/** Japanese is written in three scripts at once, which count as one. */
const WRITTEN_TOGETHER = new Set(['Hiragana', 'Katakana']);

/** undefined for what goes with any script. */
function scriptOf(letter: string): string | undefined {
  if (letter === ' ') return undefined;
  if (letter === '\u30fc') return 'Han';
  const script = SCRIPTS.find(({ letters }) => letters.test(letter))?.name;
  return script !== undefined && WRITTEN_TOGETHER.has(script) ? 'Han' : script;
}

/** Parts a text where the script changes. What stands before the first letter of a script is left out, as there. */
export const unicodeScripts: PreTokenizer = (piece) => {
  const pieces: Piece[] = [];
  let last: string | undefined;
  let start: number | undefined;
  let place = 0;
  for (const letter of piece.text) {
    const script = scriptOf(letter);
    if (script !== undefined && script !== last) {
      if (start !== undefined) pieces.push(slicePiece(piece, start, place));
      start = place;
      last = script;
    }
    place += letter.length;
  }
  if (start !== undefined) pieces.push(slicePiece(piece, start, place));
  return pieces;
};
