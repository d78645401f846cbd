/** Rows and columns of a letter. */
export const GLYPH = { width: 5, height: 7 } as const;

/** Small letters as rows of five points, from the top. Drawn for this example, so that no font needs to be installed. */
const LETTERS: Readonly<Record<string, string>> = {
  a: '.....|.....|.###.|....#|.####|#...#|.####',
  b: '#....|#....|####.|#...#|#...#|#...#|####.',
  c: '.....|.....|.####|#....|#....|#....|.####',
  d: '....#|....#|.####|#...#|#...#|#...#|.####',
  e: '.....|.....|.###.|#...#|#####|#....|.###.',
  f: '..##.|.#...|####.|.#...|.#...|.#...|.#...',
  g: '.....|.####|#...#|#...#|.####|....#|.###.',
  h: '#....|#....|####.|#...#|#...#|#...#|#...#',
  i: '..#..|.....|.##..|..#..|..#..|..#..|.###.',
  j: '...#.|.....|..##.|...#.|...#.|#..#.|.##..',
  k: '#....|#..#.|#.#..|##...|#.#..|#..#.|#...#',
  l: '.##..|..#..|..#..|..#..|..#..|..#..|.###.',
  m: '.....|.....|##.#.|#.#.#|#.#.#|#.#.#|#.#.#',
  n: '.....|.....|####.|#...#|#...#|#...#|#...#',
  o: '.....|.....|.###.|#...#|#...#|#...#|.###.',
  p: '.....|####.|#...#|#...#|####.|#....|#....',
  q: '.....|.####|#...#|#...#|.####|....#|....#',
  r: '.....|.....|#.##.|##..#|#....|#....|#....',
  s: '.....|.....|.####|#....|.###.|....#|####.',
  t: '.#...|.#...|####.|.#...|.#...|.#..#|..##.',
  u: '.....|.....|#...#|#...#|#...#|#..##|.##.#',
  v: '.....|.....|#...#|#...#|#...#|.#.#.|..#..',
  w: '.....|.....|#.#.#|#.#.#|#.#.#|#.#.#|.#.#.',
  x: '.....|.....|#...#|.#.#.|..#..|.#.#.|#...#',
  y: '.....|#...#|#...#|#...#|.####|....#|.###.',
  z: '.....|.....|#####|...#.|..#..|.#...|#####',
};

/** The points of a word that are drawn, in columns and rows from its upper left; a column lies between two letters. */
export function wordPoints(word: string): readonly (readonly [column: number, row: number])[] {
  return [...word].flatMap((letter, place) => {
    const rows = LETTERS[letter]?.split('|');
    if (rows === undefined) throw new RangeError(`there is no letter '${letter}': a to z are drawn`);
    return rows.flatMap((points, row) =>
      [...points].flatMap((point, column) =>
        point === '#' ? [[place * (GLYPH.width + 1) + column, row] as const] : [],
      ),
    );
  });
}

/** Columns of a word. */
export function wordWidth(word: string): number {
  return word.length * (GLYPH.width + 1) - 1;
}
