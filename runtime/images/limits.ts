/*
 * What is read of pictures. A format that gives its rows one after the other (baseline JPEG, plain PNG) needs little
 * memory however large it is; one that must be held whole while it is decoded is bounded in bytes. docs/pictures.md
 * says the same for users.
 */

/** Most pixels of a picture, and of one frame of a moving one: 134 megapixels. */
export const MAX_PIXELS = 2 ** 27;

/** Most bytes of what a decoder holds whole: 256 MiB. */
export const MAX_HELD_BYTES = 2 ** 28;

/** Largest file, and most bytes of a picture that is given as bytes: 1 GiB. */
export const MAX_FILE_BYTES = 2 ** 30;

/** Largest SVG, once it is decompressed: 16 MiB. */
export const MAX_SVG_BYTES = 2 ** 24;

/** Longest side of an SVG: what the library that draws it can address. */
export const MAX_SVG_SIDE = 32_767;

/** Most frames of one file. */
export const MAX_FRAMES = 100_000;

/** Most pixels of all frames of one file together: a frame can only be decoded after those before it. */
export const MAX_VIDEO_PIXELS = 2 ** 32;
