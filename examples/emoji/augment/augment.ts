import type { Random } from '../random.ts';
import { erase, soften, thicken, traceEdges } from './filters.ts';
import { greys, randomColours, recolour } from './ink.ts';
import { warp } from './warp.ts';

/** What the vision encoder expects of its pixels: `(value - mean) / std` of values from 0 to 1, by channel. */
export interface Normalisation {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
}

/** How far training changes pictures. */
export interface Augmentation {
  /** Largest turn, in radians. */
  readonly angle: number;
  /** Smallest and largest size of a picture in its frame. */
  readonly scale: readonly [number, number];
  /** Largest shift, in parts of the frame. */
  readonly shift: number;
  /** How far colours may change, 0 to 1. */
  readonly colour: number;
  /** Probabilities. */
  readonly mirror: number;
  readonly grey: number;
  readonly edges: number;
  readonly thicker: number;
  readonly softer: number;
  readonly hidden: number;
}

/** For pictures that are learnt from. Artists differ in size, tilt, colour and line. */
export const STRONG: Augmentation = {
  angle: 0.35,
  scale: [0.6, 1.08],
  shift: 0.08,
  colour: 0.18,
  mirror: 0.5,
  grey: 0.12,
  edges: 0.05,
  thicker: 0.15,
  softer: 0.15,
  hidden: 0.2,
};

/** The picture as it is. */
export const NONE: Augmentation = {
  angle: 0,
  scale: [1, 1],
  shift: 0,
  colour: 0,
  mirror: 0,
  grey: 0,
  edges: 0,
  thicker: 0,
  softer: 0,
  hidden: 0,
};

/**
 * Writes a changed copy of a picture as the vision encoder takes it.
 *
 * @param pixels [size, size, 3], 0 to 255
 * @param mirrorable whether the picture means the same in a mirror
 * @param out [3, size, size], overwritten
 */
export function augment(
  pixels: Uint8Array,
  { size, mirrorable, ...normalisation }: { size: number; mirrorable: boolean } & Normalisation,
  augmentation: Augmentation,
  random: Random,
  out: Float32Array,
): void {
  const [smallest, largest] = augmentation.scale;
  const scale = random.between(smallest, largest);
  const stretch = largest > smallest ? random.between(0.94, 1.06) : 1;
  const shift = () => size * augmentation.shift * random.between(-1, 1);
  warp(
    pixels,
    size,
    {
      angle: augmentation.angle * random.between(-1, 1),
      scaleX: scale * stretch,
      scaleY: scale / stretch,
      shiftX: shift(),
      shiftY: shift(),
      mirror: mirrorable && random.chance(augmentation.mirror),
    },
    out,
  );
  if (random.chance(augmentation.edges)) traceEdges(out, size);
  else if (random.chance(augmentation.grey)) recolour(out, greys(random.between(0.7, 1.2)));
  else if (augmentation.colour > 0) recolour(out, randomColours(random, augmentation.colour));
  if (random.chance(augmentation.thicker)) thicken(out, size);
  if (random.chance(augmentation.softer)) soften(out, size);
  if (random.chance(augmentation.hidden)) {
    const side = () => Math.round(size * random.between(0.1, 0.3));
    erase(out, size, { left: random.below(size), top: random.below(size), width: side(), height: side() });
  }
  normalise(out, normalisation);
}

/** From ink to brightness, to the encoder's numbers. */
function normalise(planes: Float32Array, { mean, std }: Normalisation): void {
  const area = planes.length / 3;
  for (let channel = 0; channel < 3; channel += 1) {
    const scale = 1 / (std[channel] ?? 1);
    const white = (1 - (mean[channel] ?? 0)) * scale;
    for (let place = channel * area; place < (channel + 1) * area; place += 1) {
      planes[place] = white - scale * (planes[place] ?? 0);
    }
  }
}
