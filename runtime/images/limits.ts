import { LIMITS } from '../../dsl/limits.ts';

/*
 * What is read of pictures. A format that gives its rows one after the other (baseline JPEG, plain PNG) needs little
 * memory however large it is; one that must be held whole while it is decoded is bounded in bytes. docs/pictures.md
 * says the same for users.
 */

export const MAX_PIXELS = LIMITS.picturePixels.most;
export const MAX_HELD_BYTES = LIMITS.pictureHeld.most;
export const MAX_FILE_BYTES = LIMITS.pictureFile.most;
export const MAX_SVG_BYTES = LIMITS.svg.most;
export const MAX_SVG_ELEMENTS = LIMITS.svgElements.most;
export const MAX_SVG_LEVELS = LIMITS.svgLevels.most;
export const MAX_SVG_SIDE = LIMITS.svgSide.most;
export const MAX_FRAMES = LIMITS.frames.most;
export const MAX_VIDEO_PIXELS = LIMITS.videoPixels.most;
